"""A recipe: everything that decides a training run, as validated YAML."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mien.errors import RecipeError, did_you_mean
from mien.lab.data.augment import Augmentation

Fraction = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
NonNegative = Annotated[float, Field(ge=0)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Data(_Section):
    """Which imported data set, and whether its FER+ votes train a second head."""

    dataset: str = "fer2013"
    ferplus: bool = False


class Model(_Section):
    """A registered network; further keys are the network's own options."""

    model_config = ConfigDict(extra="allow", frozen=True)

    name: str


class Loss(_Section):
    """Soft cross-entropy on the FER2013 head, and on the FER+ head when the data has votes.

    ``ferplus_blend`` is the share of the FER2013 target that comes from the votes (see
    ``mien.lab.data.ferplus.fer2013_distribution``); ``ferplus_head`` the weight of the second
    head's loss.
    """

    label_smoothing: Annotated[float, Field(ge=0, lt=1)] = 0
    ferplus_blend: Fraction = 0
    ferplus_head: NonNegative = 0


class Optimiser(_Section):
    """SGD with Nesterov momentum. Weight decay spares norms and biases."""

    name: Literal["sgd"] = "sgd"
    learning_rate: Positive = 0.1
    momentum: Annotated[float, Field(ge=0, lt=1)] = 0.9
    weight_decay: NonNegative = 5e-4


class Schedule(_Section):
    """Learning rate: linear from zero during ``warmup`` (share of all steps), then to zero."""

    name: Literal["linear"] = "linear"
    warmup: Annotated[float, Field(ge=0, lt=1)] = 0.15


class Recipe(_Section):
    """Everything that decides a training run."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")]
    summary: str
    data: Data = Data()
    model: Model
    augmentation: Augmentation = Augmentation()
    loss: Loss = Loss()
    optimiser: Optimiser = Optimiser()
    schedule: Schedule = Schedule()
    epochs: Annotated[int, Field(ge=1)]
    batch_size: Annotated[int, Field(ge=2)] = 128
    ema: Annotated[float, Field(ge=0, lt=1)] = 0.999
    precision: Literal["float32", "bfloat16"] = "float32"
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0

    def to_yaml(self) -> str:
        """The recipe with every default written out."""
        text: str = yaml.safe_dump(
            self.model_dump(mode="json"), sort_keys=False, allow_unicode=True
        )
        return text


def packaged_recipes() -> tuple[str, ...]:
    """Names of the recipes that come with Mien."""
    folder = resources.files("mien.lab") / "recipes"
    files = (file.name for file in folder.iterdir())
    return tuple(sorted(name[:-5] for name in files if name.endswith(".yaml")))


def load_recipe(name_or_path: str, overrides: tuple[str, ...] = ()) -> Recipe:
    """Load a recipe by packaged name or from a YAML file, with ``key.subkey=value`` overrides.

    Raises
    ------
    RecipeError
        If there is no such recipe, the YAML cannot be read, a key is unknown (it names the
        nearest right one) or a value is out of range.
    """
    if name_or_path in packaged_recipes():
        where = f"recipe {name_or_path}"
        text = (resources.files("mien.lab") / "recipes" / f"{name_or_path}.yaml").read_text("utf-8")
    else:
        where = name_or_path
        try:
            text = Path(name_or_path).read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise RecipeError(
                "no such recipe",
                where=name_or_path,
                hint=f"name a YAML file or one of: {', '.join(packaged_recipes())}",
            ) from error
    try:
        raw = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError) as error:
        raise RecipeError(f"not valid YAML ({error})", where=where) from error
    if not isinstance(raw, dict):
        raise RecipeError("holds no keys", where=where)
    for override in overrides:
        _override(raw, override)
    return parse_recipe(raw, where)


def parse_recipe(raw: dict[str, Any], where: str) -> Recipe:
    """Validate a recipe; ``where`` names its source in errors."""
    try:
        return Recipe.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        if first["type"] == "extra_forbidden":
            known = _known_keys(first["loc"][:-1])
            hint = did_you_mean(str(first["loc"][-1]), known)
            raise RecipeError(f"unknown key {key!r}", where=where, hint=hint) from error
        got = "" if first["type"] == "missing" else f" (got {first['input']!r})"
        raise RecipeError(f"{key}: {first['msg']}{got}", where=where) from error


def _known_keys(path: tuple[int | str, ...]) -> list[str]:
    section: type[BaseModel] = Recipe
    for part in path:
        annotation = section.model_fields[str(part)].annotation
        if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
            return []
        section = annotation
    return list(section.model_fields)


def _override(raw: dict[str, Any], override: str) -> None:
    key, equals, value = override.partition("=")
    if not equals or not key:
        raise RecipeError(f"{override!r} is not key=value", hint="for example: epochs=5")
    *parents, last = key.split(".")
    section = raw
    for parent in parents:
        section = section.setdefault(parent, {})
        if not isinstance(section, dict):
            raise RecipeError(f"{parent!r} has no keys below it", where=override)
    try:
        section[last] = yaml.safe_load(value)
    except (yaml.YAMLError, ValueError) as error:
        raise RecipeError("the value is not valid YAML", where=override) from error
