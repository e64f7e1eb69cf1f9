from __future__ import annotations

import pytest
import torch
from torch import nn

from mien.errors import RecipeError
from mien.lab.models import create_model, find_entry, model_names, registry


@pytest.fixture(autouse=True)
def _own_names(monkeypatch):
    monkeypatch.setattr(registry, "_ENTRIES", dict(registry._ENTRIES))


def _builder(heads, channels, size, depth=3):
    return nn.Identity()


def test_names_are_sorted_and_complete():
    assert "vgg8" in model_names()
    registry.register("aaa", summary="nothing", source="nowhere")(_builder)
    assert model_names() == tuple(sorted(model_names()))
    assert model_names()[0] == "aaa"


def test_an_entry_says_what_it_is():
    registry.register(
        "aaa", summary="nothing", source="nowhere", licence="0BSD", channels=3, size=64, smallest=5
    )(_builder)
    entry = find_entry("aaa")
    assert entry == registry.Entry("aaa", _builder, "nothing", "nowhere", "0BSD", 3, 64, 5)
    assert entry.options == ("depth",)


def test_every_entry_is_told_in_one_line_and_can_be_built_as_published():
    for name in model_names():
        entry = find_entry(name)
        for text in (entry.summary, entry.source, entry.licence):
            assert text.strip() == text
            assert text
            assert "\n" not in text
        assert entry.channels in (1, 3)
        assert entry.smallest <= entry.size


def test_options_and_the_input_reach_the_builder():
    model = create_model(
        "vgg8", {"one": 3, "two": 5}, channels=3, size=40, width=2, dropout=0.25, head_dropout=0.5
    )
    assert {name: head.out_features for name, head in model.heads.items()} == {"one": 3, "two": 5}
    assert model.stages[0].convolution1.weight.shape == (2, 3, 3, 3)
    assert model.stages[0].dropout.p == 0.25
    assert model.dropout.p == 0.5


def test_the_input_is_the_published_one_when_not_given():
    given = []
    registry.register("aaa", summary="x", source="y", channels=3, size=64)(
        lambda heads, channels, size: given.append((channels, size))
    )
    create_model("aaa", {"one": 3})
    create_model("aaa", {"one": 3}, channels=1, size=50)
    assert given == [(3, 64), (1, 50)]


def test_a_name_is_given_once():
    with pytest.raises(ValueError, match="two networks are called 'vgg8'"):
        registry.register("vgg8", summary="x", source="y")(_builder)


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
        ("mini-xception", {"width": 4}, "has no option 'width'; it has none"),
        (
            "vgg8",
            {"width": 0},
            "model vgg8 cannot be built with width=0 (width must be at least 1)",
        ),
        ("vgg8", {"width": -8}, "model vgg8 cannot be built with width=-8 ("),
        ("vgg8", {"width": "wide"}, "model vgg8 cannot be built with width='wide' ("),
        ("vgg8", {"width": [4, 8]}, "width=[4, 8] (width must be a whole number or a list of four"),
        ("vgg8", {"width": [4, 8, 0, 8]}, "width=[4, 8, 0, 8] (width must be at least 1"),
        ("vgg8", {"width": 4, "dropout": 2}, "cannot be built with width=4, dropout=2 ("),
        ("vgg8", {"width": 4, "dropout": "1e-1"}, "cannot be built with width=4, dropout='1e-1' ("),
        ("convnet-2", {"width": 0}, "convnet-2 cannot be built with width=0 (width must be"),
        ("cnn-949k", {"dense_dropout": 2}, "cnn-949k cannot be built with dense_dropout=2 ("),
    ],
)
def test_what_cannot_be_built_is_said_in_one_line(name, options, says):
    with pytest.raises(RecipeError) as caught:
        create_model(name, {"fer2013": 7}, **options)
    assert says in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_an_input_that_is_too_small_is_refused_with_both_sizes():
    with pytest.raises(RecipeError) as caught:
        create_model("cnn-949k", {"fer2013": 7}, size=44)
    assert str(caught.value) == (
        "input.size: model cnn-949k needs at least 46×46 pixels, the recipe gives 44×44"
    )


@pytest.mark.parametrize(
    "name",
    ["cnn-132k", "cnn-949k", "convnet-2", "convnet-3", "mini-xception", "vgg13"],
)
@pytest.mark.filterwarnings("ignore:Initializing zero-element tensors")
def test_the_smallest_input_is_not_larger_than_it_must_be(name):
    entry = find_entry(name)
    too_small = entry.smallest - 1
    with pytest.raises((RuntimeError, ZeroDivisionError, ValueError)):
        entry.build(heads={"one": 3}, channels=1, size=too_small)(
            torch.zeros(2, 1, too_small, too_small)
        )
