from __future__ import annotations

import pytest
import torch
import yaml

from mien.emotions import FER2013, FERPLUS
from mien.errors import RecipeError
from mien.lab.training.recipe import Recipe, load_recipe, packaged_recipes, parse_recipe
from mien.lab.training.run import build

SMALLEST = {"name": "small", "summary": "s", "model": {"name": "vgg8"}, "epochs": 1}


def _error(name_or_path: object, *overrides: str) -> str:
    with pytest.raises(RecipeError) as caught:
        load_recipe(str(name_or_path), overrides)
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


@pytest.mark.parametrize("name", packaged_recipes())
def test_every_packaged_recipe_loads_and_its_model_builds(name):
    recipe = load_recipe(name)
    assert recipe.name == name
    heads = {FER2013.name: len(FER2013)}
    if recipe.data.ferplus:
        heads[FERPLUS.name] = len(FERPLUS)
    model = build(recipe, heads, 48).eval()
    side = recipe.input.network_side(48)
    with torch.inference_mode():
        logits = model(torch.zeros(1, recipe.input.channels, side, side))
    assert {head: values.shape[1] for head, values in logits.items()} == heads


def test_the_packaged_models_recipe_is_among_them():
    assert "vgg8-half" in packaged_recipes()


def test_defaults_are_filled_in_and_written_out():
    recipe = parse_recipe(SMALLEST, "test")
    assert recipe.data.dataset == "fer2013"
    written = yaml.safe_load(recipe.to_yaml())
    assert set(written) == set(Recipe.model_fields)
    assert set(written["augmentation"]) >= {"flip", "rotation", "erasing"}


def test_yaml_goes_there_and_back(tmp_path, make_recipe):
    recipe = make_recipe(summary="Grüße: 'x' #1", augmentation={"scale": [0.9, 1.1]})
    path = tmp_path / "recipe.yaml"
    path.write_text(recipe.to_yaml(), "utf-8")
    assert load_recipe(str(path)) == recipe


def test_overrides_change_values_of_any_depth():
    recipe = load_recipe(
        "vgg8-half",
        ("epochs=5", "optimiser.learning_rate=1e-3", "model.width=8",
         "augmentation.scale=[0.9, 1.2]", "data.ferplus=false", "loss.ferplus_head=0",
         "augmentation.flip=none"),
    )  # fmt: skip
    assert recipe.epochs == 5
    assert recipe.optimiser.learning_rate == 0.001
    assert recipe.augmentation.scale == (0.9, 1.2)
    assert recipe.data.ferplus is False
    assert recipe.augmentation.flip == "none"
    untouched = load_recipe("vgg8-half")
    assert untouched.epochs != 5
    assert recipe.model.model_dump() == {**untouched.model.model_dump(), "width": 8}
    assert untouched.model.model_dump()["width"] != 8
    assert recipe.optimiser.momentum == untouched.optimiser.momentum


def test_overrides_make_sections_that_the_file_leaves_out(tmp_path):
    path = tmp_path / "small.yaml"
    path.write_text(yaml.safe_dump(SMALLEST))
    assert load_recipe(str(path), ("schedule.warmup=0.5",)).schedule.warmup == 0.5


@pytest.mark.parametrize(
    ("override", "says"),
    [
        ("epcohs=3", "unknown key 'epcohs'; did you mean 'epochs'?"),
        ("data.datset=x", "unknown key 'data.datset'; did you mean 'dataset'?"),
        ("optimiser.lerning_rate=1", "'optimiser.lerning_rate'; did you mean 'learning_rate'?"),
        ("augmentation.qqqq=1", "unknown key 'augmentation.qqqq'; there are: flip, "),
        ("epochs=0", "epochs: Input should be greater than or equal to 1 (got 0)"),
        ("epochs=many", "epochs: Input should be a valid integer"),
        ("epochs=", "epochs: Input should be a valid integer (got None)"),
        ("batch_size=1", "batch_size: Input should be greater than or equal to 2 (got 1)"),
        ("ema=1", "ema: Input should be less than 1 (got 1)"),
        ("seed=-1", "seed: Input should be greater than or equal to 0 (got -1)"),
        ("seed=99999999999999999999", "seed: Input should be less than 9223372036854775808"),
        ("precision=float17", "no precision 'float17'; did you mean 'float16'?"),
        ("balance.method=smoothe", "no balance.method 'smoothe'; did you mean 'smote'?"),
        ("augmentation.flip=rndom", "no augmentation.flip 'rndom'; did you mean 'random'?"),
        ("optimiser.name=adamx", "no optimiser.name 'adamx'; did you mean 'adam"),
        ("schedule.name=cosin", "no schedule.name 'cosin'; did you mean 'cosine'?"),
        ("input.channels=2", "no input.channels 2; there are: 1, 3"),
        ("data.ferplus=false", "loss.ferplus_head needs data.ferplus: true"),
        ("data.label_set=ferplus", "data.ferplus adds the FER+ head that data.label_set names"),
        ("data.label_set=four", "loss.ferplus_blend is for FER2013's own labels"),
        ("transfer.freeze=backbone", "transfer.freeze: backbone needs transfer.weights"),
        ("transfer.freeze=gradual", "transfer.freeze: gradual needs transfer.weights"),
        ("transfer.unfreeze_every=2", "unfreeze_every is for transfer.freeze: gradual"),
        ("loss.ferplus_head=0", "data.ferplus: true needs loss.ferplus_head"),
        ("mixing.until=0.5", "mixing.until needs mixing.mixup or mixing.cutmix"),
        ("early_stopping.min_delta=0.1", "early_stopping.min_delta needs early_stopping.patience"),
        ("augmentation.scale=[1, .inf]", "augmentation.scale.1: Input should be a finite number"),
        ("optimiser.clip=.inf", "optimiser.clip: Input should be a finite number"),
        ("balance={method: smote, space: embedding}", "space: embedding needs transfer.weights"),
        ("name=Not good", "name: String should match pattern"),
        ("name=../up", "name: String should match pattern"),
        ("optimiser.learning_rate=0", "learning_rate: Input should be greater than 0 (got 0)"),
        ("optimiser.learning_rate=.nan", "learning_rate: Input should be a finite number"),
        ("optimiser.momentum=1", "optimiser.momentum: Input should be less than 1"),
        ("schedule.warmup=1", "schedule.warmup: Input should be less than 1"),
        ("loss.label_smoothing=1", "loss.label_smoothing: Input should be less than 1"),
        ("loss.ferplus_blend=1.5", "loss.ferplus_blend: Input should be less than or equal to 1"),
        ("input.crop=50", "input.crop: Input should be less than or equal to 48"),
        ("augmentation.scale=[1, 2, 3]", "augmentation.scale: Tuple should have at most 2 items"),
        ("model=vgg8", "model: Input should be a valid dictionary"),
        ("model.name=", "model.name: Input should be a valid string"),
    ],
)
def test_a_value_that_will_not_do(override, says):
    message = _error("vgg8-half", override)
    assert message.startswith("recipe vgg8-half: ")
    assert says in message


@pytest.mark.parametrize(
    ("override", "says"),
    [
        ("epochs", "'epochs' is not key=value; for example: epochs=5"),
        ("=5", "'=5' is not key=value; for example: epochs=5"),
        ("name.x=1", "name.x=1: 'name' has no keys below it"),
        ("epochs=[1", "epochs=[1: the value is not valid YAML"),
        ("seed=2020-13-45", "seed=2020-13-45: the value is not valid YAML"),
    ],
)
def test_an_override_that_is_none(override, says):
    assert _error("vgg8-half", override) == says


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name: [1,", "not valid YAML ("),
        ("a: b: c", "not valid YAML ("),
        ("\tname: x", "not valid YAML ("),
        ("name: \x00", "not valid YAML ("),
        ("summary: 2020-13-45", "not valid YAML ("),
        ("!!python/object/apply:os.getcwd []", "not valid YAML ("),
        ("", "holds no keys"),
        ("- a\n- b", "holds no keys"),
        ("just text", "holds no keys"),
        ("name: x", "summary: Field required"),
    ],
)
def test_a_file_that_is_no_recipe(tmp_path, text, says):
    path = tmp_path / "recipe.yaml"
    path.write_text(text, "utf-8")
    message = _error(path)
    assert message.startswith(f"{path}: ")
    assert says in message


def test_an_error_inside_yaml_names_its_line(tmp_path):
    path = tmp_path / "recipe.yaml"
    path.write_text("name: x\nsummary: y\nepochs: [1\n")
    assert "line 4" in _error(path) or "line 3" in _error(path)


@pytest.mark.parametrize("name", ["nope", "no/such/file.yaml", "."])
def test_no_such_recipe(name):
    message = _error(name)
    assert message.startswith(f"{name}: no such recipe; name a YAML file, or: there are: ")
    assert "vgg8-half" in message


def test_a_recipe_that_is_not_text(tmp_path):
    path = tmp_path / "recipe.yaml"
    path.write_bytes(b"\xff\xfe\x00\x01")
    assert _error(path).startswith(f"{path}: no such recipe")
