"""A recipe: everything that decides a training run, as validated YAML."""

from __future__ import annotations

import types
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from mien.errors import RecipeError, did_you_mean
from mien.lab.data.augmentation.augment import Augmentation
from mien.lab.data.balancing.balance import Balance
from mien.lab.data.preprocess import Input
from mien.lab.section import Fraction, NonNegative, Section
from mien.lab.training.early_stopping import EarlyStopping
from mien.lab.training.machines.device import Precision
from mien.lab.training.optimising.optimisers import Optimiser
from mien.lab.training.optimising.schedules import Schedule
from mien.lab.training.teaching.distillation import Distillation
from mien.lab.training.teaching.mixing import Mixing
from mien.lab.training.transfer import Transfer


class Data(Section):
    """Which imported data set, with which labels.

    ``label_set`` translates the labels (``ferplus``, ``four``, ...; see ``mien.emotions``);
    ``ferplus`` trains a second head on the FER+ votes; ``twins: drop`` leaves Training images out
    that are equal in every pixel to one of PublicTest or PrivateTest. With ``folds`` above 1 the
    Training images of ``without_fold`` (from 0) are left out, so that the run can be a teacher who
    has not seen them. ``share`` trains on so much of what is left: how good is a network with a
    tenth of the images?
    """

    dataset: str = "fer2013"
    label_set: str | None = None
    ferplus: bool = False
    twins: Literal["drop", "keep"] = "drop"
    folds: Annotated[int, Field(ge=1)] = 1
    without_fold: Annotated[int, Field(ge=0)] = 0
    share: Annotated[float, Field(gt=0, le=1)] = 1

    @model_validator(mode="after")
    def _is_a_fold(self) -> Data:
        if self.without_fold >= self.folds:
            raise ValueError("data.without_fold counts from 0, so that it is below data.folds")
        return self


class Model(Section):
    """A registered network; further keys are the network's own options."""

    model_config = ConfigDict(extra="allow", frozen=True, allow_inf_nan=False)

    name: str

    def options(self) -> dict[str, Any]:
        """The network's own options."""
        return dict(self.model_extra or {})


class Loss(Section):
    """Soft cross-entropy on the main head, and on the FER+ head when the data has votes.

    ``ferplus_blend`` is the share of the FER2013 target that comes from the votes (see
    ``mien.lab.data.ferplus.fer2013_distribution``); ``ferplus_head`` the weight of the second
    head's loss. ``everyday_head`` is the weight of a third one, with FER2013's labels as people use
    them for everyday faces: ``everyday_blend`` of its target are the votes themselves, the rest is
    the label.
    """

    label_smoothing: Annotated[float, Field(ge=0, lt=1)] = 0
    ferplus_blend: Fraction = 0
    ferplus_head: NonNegative = 0
    everyday_head: NonNegative = 0
    everyday_blend: Fraction = 0.7


WITHOUT_VOTES = "without FER+ votes: data.ferplus=false loss.ferplus_head=0 loss.ferplus_blend=0"


class Recipe(Section):
    """Everything that decides a training run.

    ``ema`` is the decay of the running average of the weights that is measured and kept (0: none);
    ``precision`` of convolutions and matrix products; ``batch_size`` over all processes together.
    """

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")]
    summary: str
    data: Data = Data()
    balance: Balance = Balance()
    input: Input = Input()
    augmentation: Augmentation = Augmentation()
    mixing: Mixing = Mixing()
    model: Model
    transfer: Transfer = Transfer()
    loss: Loss = Loss()
    distillation: Distillation = Distillation()
    optimiser: Optimiser = Optimiser()
    schedule: Schedule = Schedule()
    early_stopping: EarlyStopping = EarlyStopping()
    epochs: Annotated[int, Field(ge=1)]
    batch_size: Annotated[int, Field(ge=2)] = 128
    ema: Annotated[float, Field(ge=0, lt=1)] = 0
    precision: Precision = "float32"
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0

    @model_validator(mode="after")
    def _fits_together(self) -> Recipe:
        frozen = self.transfer.freeze == "backbone"
        if self.loss.ferplus_head and not self.data.ferplus:
            raise ValueError(f"loss.ferplus_head needs data.ferplus: true; {WITHOUT_VOTES}")
        if self.data.ferplus and not self.loss.ferplus_head:
            raise ValueError("data.ferplus: true needs loss.ferplus_head, the weight of that head")
        if self.data.ferplus and self.data.label_set == "ferplus":
            raise ValueError("data.ferplus adds the FER+ head that data.label_set names already")
        if self.loss.ferplus_blend and self.data.label_set not in (None, "fer2013"):
            raise ValueError(f"loss.ferplus_blend is for FER2013's own labels; {WITHOUT_VOTES}")
        if self.loss.everyday_head and not self.data.ferplus:
            raise ValueError("loss.everyday_head needs data.ferplus: true")
        if self.loss.everyday_head and self.data.label_set not in (None, "fer2013"):
            raise ValueError("loss.everyday_head is for FER2013's own labels")
        if self.loss.everyday_blend != Loss().everyday_blend and not self.loss.everyday_head:
            raise ValueError("loss.everyday_blend needs loss.everyday_head")
        if self.distillation.votes and self.data.label_set not in (None, "fer2013"):
            raise ValueError("distillation.votes is for FER2013's own labels")
        if self.transfer.freeze == "gradual" and not self.transfer.weights:
            raise ValueError("transfer.freeze: gradual needs transfer.weights")
        if self.transfer.freeze != "gradual" and self.transfer.unfreeze_every != 1:
            raise ValueError("transfer.unfreeze_every is for transfer.freeze: gradual")
        if self.mixing.until != Mixing().until and not (self.mixing.mixup or self.mixing.cutmix):
            raise ValueError("mixing.until needs mixing.mixup or mixing.cutmix")
        if not self.distillation.teachers and self.distillation != Distillation():
            raise ValueError("the other keys of distillation need distillation.teachers")
        if self.distillation.teachers and frozen:
            raise ValueError(
                "distillation.teachers see images; transfer.freeze: backbone has embeddings"
            )
        if self.early_stopping.min_delta and self.early_stopping.patience is None:
            raise ValueError("early_stopping.min_delta needs early_stopping.patience")
        if frozen and not self.transfer.weights:
            raise ValueError("transfer.freeze: backbone needs transfer.weights")
        if frozen and self.augmentation.changes_pixels:
            raise ValueError(
                "transfer.freeze: backbone computes the embeddings once, so the only augmentation "
                "is augmentation.flip"
            )
        if frozen and self.mixing.cutmix:
            raise ValueError("mixing.cutmix needs images; transfer.freeze: backbone has embeddings")
        in_pixels = self.balance.method == "smote" and self.balance.space == "pixels"
        if frozen and (in_pixels or self.balance.method == "augment"):
            raise ValueError(
                f"balance.method: {self.balance.method} makes new images, which "
                "transfer.freeze: backbone does not see; take smote with space: embedding"
            )
        if self.balance.space == "embedding" and not self.transfer.weights:
            raise ValueError("balance.space: embedding needs transfer.weights to embed with")
        if self.balance.method == "augment" and not self.augmentation.changes_anything:
            raise ValueError("balance.method: augment needs something in augmentation")
        return self

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
        If there is no such recipe, the YAML cannot be read, a key or a name is unknown (it names
        the nearest right one) or a value is out of range.
    """
    if name_or_path in packaged_recipes():
        where = f"recipe {name_or_path}"
        text = (resources.files("mien.lab") / "recipes" / f"{name_or_path}.yaml").read_text("utf-8")
    else:
        where = name_or_path
        try:
            text = Path(name_or_path).read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            hint = f"name a YAML file, or: {did_you_mean(name_or_path, packaged_recipes())}"
            raise RecipeError("no such recipe", where=name_or_path, hint=hint) from error
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
        if first["type"] == "literal_error":
            choices = _choices(first["loc"])
            hint = did_you_mean(str(first["input"]), choices)
            raise RecipeError(f"no {key} {first['input']!r}", where=where, hint=hint) from error
        message = first["msg"].removeprefix("Value error, ")
        if first["type"] == "value_error":
            what = f"{key}: {message}" if key else message
            raise RecipeError(what, where=where) from error
        got = "" if first["type"] == "missing" else f" (got {first['input']!r})"
        raise RecipeError(f"{key}: {message}{got}", where=where) from error


def _field(path: tuple[int | str, ...]) -> Any:
    """Annotation of the key at ``path``, or None."""
    annotation: Any = Recipe
    for part in path:
        if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
            return None
        field = annotation.model_fields.get(str(part))
        annotation = field.annotation if field else None
    return annotation


def _known_keys(path: tuple[int | str, ...]) -> list[str]:
    section = _field(path)
    known = isinstance(section, type) and issubclass(section, BaseModel)
    return list(section.model_fields) if known else []


def _choices(path: tuple[int | str, ...]) -> list[str]:
    """What may stand at ``path``, from its Literal; that may be one of several in a union."""
    found, waiting = [], [_field(path)]
    while waiting:
        annotation = waiting.pop()
        if get_origin(annotation) is Literal:
            found += [str(choice) for choice in get_args(annotation)]
        elif get_origin(annotation) in (Union, types.UnionType):
            waiting += get_args(annotation)
    return found


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
