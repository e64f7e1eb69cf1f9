from __future__ import annotations

import pytest
from torch import nn

from mien.errors import RecipeError
from mien.lab.models import create_model, model_names, registry


@pytest.fixture(autouse=True)
def _own_names(monkeypatch):
    monkeypatch.setattr(registry, "_BUILDERS", dict(registry._BUILDERS))


def test_names_are_sorted_and_complete():
    assert "vgg8" in model_names()
    registry.register("aaa")(lambda heads: nn.Identity())
    assert model_names() == tuple(sorted(model_names()))
    assert model_names()[0] == "aaa"


def test_options_reach_the_builder():
    model = create_model("vgg8", {"one": 3, "two": 5}, width=2, dropout=0.25, head_dropout=0.5)
    assert {name: head.out_features for name, head in model.heads.items()} == {"one": 3, "two": 5}
    assert model.stages[0].convolution1.out_channels == 2
    assert model.stages[0].dropout.p == 0.25
    assert model.dropout.p == 0.5


def test_a_name_is_given_once():
    with pytest.raises(ValueError, match="two networks are called 'vgg8'"):
        registry.register("vgg8")(lambda heads: nn.Identity())


@pytest.mark.parametrize(
    ("name", "options", "says"),
    [
        ("vgg9", {}, "model.name: no model 'vgg9'; did you mean 'vgg8'?"),
        ("transformer", {}, "model.name: no model 'transformer'; there are: "),
        (
            "vgg8",
            {"widht": 4},
            "model.widht: model vgg8 has no option 'widht'; did you mean 'width'?",
        ),
        ("vgg8", {"qqq": 4}, "has no option 'qqq'; there are: width, dropout, head_dropout"),
        (
            "vgg8",
            {"width": 0},
            "model vgg8 cannot be built with width=0 (width must be at least 1)",
        ),
        ("vgg8", {"width": -8}, "model vgg8 cannot be built with width=-8 ("),
        ("vgg8", {"width": "wide"}, "model vgg8 cannot be built with width='wide' ("),
        ("vgg8", {"width": 4, "dropout": 2}, "cannot be built with width=4, dropout=2 ("),
        ("vgg8", {"width": 4, "dropout": "1e-1"}, "cannot be built with width=4, dropout='1e-1' ("),
    ],
)
def test_what_cannot_be_built_is_said_in_one_line(name, options, says):
    with pytest.raises(RecipeError) as caught:
        create_model(name, {"fer2013": 7}, **options)
    assert says in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1
