"""Mapping files: what the labels, columns and splits of a data set mean (YAML, validated)."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from mien.emotions import LABEL_SETS, UNSURE, LabelSet
from mien.errors import DataError, did_you_mean
from mien.lab.data.labels.label_names import label_hint, plain_label
from mien.lab.data.source_content import Columns
from mien.lab.data.split_names import plain_split
from mien.lab.section import Section

DROP = "drop"
"""In a mapping: leave out the rows with this label."""


class OwnLabelSet(Section):
    """A label set that a mapping file defines."""

    model_config = ConfigDict(coerce_numbers_to_str=True)

    name: str = Field(pattern="^[a-z0-9][a-z0-9_]*$")
    labels: tuple[str, ...] = Field(min_length=2, max_length=255)


class Mapping(Section):
    """What the labels of a data set mean in a label set of Mien or of one's own.

    Attributes
    ----------
    label_set : str or OwnLabelSet
        Name of a set of ``mien.emotions.LABEL_SETS``, or a name and labels of one's own.
    labels : dict of str to str
        The data set's label, whatever its case, to a label of the set or to ``drop``. Empty: the
        labels must be those of the set, or well-known names for them.
    columns : Columns
    splits : dict of str to str
        The data set's name of a split to one of ``mien.lab.data.faces.SPLITS``.
    file_pattern : str, optional
        For folders whose file names hold the label: a regular expression with a group ``label``
        and perhaps ``split`` and ``person``, searched for in the path below the folder.
    """

    model_config = ConfigDict(coerce_numbers_to_str=True)

    label_set: str | OwnLabelSet
    labels: dict[str, str] = Field(default_factory=dict)
    columns: Columns = Columns()
    splits: dict[str, Literal["Training", "PublicTest", "PrivateTest"]] = Field(
        default_factory=dict
    )
    file_pattern: str | None = None

    @field_validator("labels", "splits", mode="before")
    @classmethod
    def _no_switches(cls, value: Any) -> Any:
        # YAML 1.1 reads bare yes, no, on and off as true and false.
        if isinstance(value, dict) and any(
            isinstance(part, bool) for pair in value.items() for part in pair
        ):
            raise ValueError("YAML takes yes, no, on and off for switches: put them in quotes")
        return value

    @field_validator("labels")
    @classmethod
    def _lower(cls, value: dict[str, str]) -> dict[str, str]:
        lowered: dict[str, str] = {}
        for own, label in value.items():
            name = plain_label(own)
            if lowered.setdefault(name, label) != label:
                raise ValueError(
                    f"{name!r} is there twice (case does not matter, nor .0) and means {label} and "
                    f"{lowered[name]}"
                )
        return lowered

    @field_validator("splits")
    @classmethod
    def _one_meaning(cls, value: dict[str, str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for own, split in value.items():
            if found.setdefault(plain_split(own), split) != split:
                raise ValueError(
                    f"{own!r} is there twice (case, - and _ do not matter) and means {split} and "
                    f"{found[plain_split(own)]}"
                )
        return value

    @field_validator("file_pattern")
    @classmethod
    def _has_label(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                groups = re.compile(value).groupindex
            except re.error as error:
                raise ValueError(f"not a regular expression ({error})") from error
            if "label" not in groups:
                raise ValueError("needs a group named label: (?P<label>…)")
        return value

    @property
    def target(self) -> LabelSet:
        """The label set that the labels are mapped to."""
        if isinstance(self.label_set, str):
            return LABEL_SETS[self.label_set]
        return LabelSet(self.label_set.name, self.label_set.labels)


def packaged_mappings() -> tuple[str, ...]:
    """Names of the mappings that come with Mien."""
    files = (file.name for file in (resources.files("mien.lab.data.labels") / "mappings").iterdir())
    return tuple(sorted(name[:-5] for name in files if name.endswith(".yaml")))


def load_mapping(name_or_path: str) -> Mapping:
    """Load a mapping by packaged name (case and ``-`` do not matter) or from a YAML file.

    Raises
    ------
    DataError
        If there is no such mapping, the YAML cannot be read, a key is unknown (it names the
        nearest right one), or a label is mapped to one that the label set does not have.
    """
    packaged = name_or_path.lower().replace("-", "").replace("_", "")
    if packaged in packaged_mappings():
        file = resources.files("mien.lab.data.labels") / "mappings" / f"{packaged}.yaml"
        return parse_mapping(file.read_text("utf-8"), f"mapping {packaged}")
    try:
        text = Path(name_or_path).read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(
            "no such mapping",
            where=name_or_path,
            hint=f"name a YAML file or one of: {', '.join(packaged_mappings())}",
        ) from error
    return parse_mapping(text, name_or_path)


def parse_mapping(text: str, where: str) -> Mapping:
    """Validate the text of a mapping file; ``where`` names it in errors."""
    try:
        raw = yaml.load(text, Loader=_OnceLoader)
    except (yaml.YAMLError, ValueError) as error:
        raise DataError(f"not valid YAML ({error})", where=where) from error
    if not isinstance(raw, dict):
        raise DataError("holds no keys", where=where, hint="expected label_set: and labels:")
    try:
        mapping = Mapping.model_validate(raw)
    except ValidationError as error:
        raise _as_data_error(error, raw, where) from error
    _check_labels(mapping, where)
    return mapping


class _OnceLoader(yaml.SafeLoader):
    """PyYAML's safe loader, which however refuses a key that is there twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: list[Any] = []
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen or str(key) in seen:  # 1 and 1.0 are one key of a dict.
                line = key_node.start_mark.line + 1
                raise ValueError(f"line {line}: the key {key!r} is there twice")
            seen += [key, str(key)]
        return super().construct_mapping(node, deep)


def _as_data_error(error: ValidationError, raw: dict[str, Any], where: str) -> DataError:
    problems = error.errors()
    # A label set that is neither text nor keys fails twice; the branch that was meant is told.
    if isinstance(raw.get("label_set"), dict):
        problems = [one for one in problems if one["loc"] != ("label_set", "str")] or problems
    # A key with a typo is also a key that is missing.
    first = next((one for one in problems if one["type"] == "extra_forbidden"), problems[0])
    path = [str(part) for part in first["loc"] if part not in ("str", "OwnLabelSet", "[key]")]
    key = ".".join(path)
    if first["type"] == "extra_forbidden":
        sections: dict[str, type[BaseModel]] = {"columns": Columns, "label_set": OwnLabelSet}
        section = Mapping if len(path) == 1 else sections.get(path[0], Mapping)
        hint = did_you_mean(path[-1], section.model_fields)
        return DataError(f"unknown key {key!r}", where=where, hint=hint)
    if first["type"] == "missing":
        sets = f"name a label set: {', '.join(LABEL_SETS)}" if key == "label_set" else None
        return DataError(f"no key {key!r}", where=where, hint=sets)
    message = first["msg"].removeprefix("Value error, ")
    return DataError(f"{key}: {message} (got {str(first['input'])[:60]!r})", where=where)


def _check_labels(mapping: Mapping, where: str) -> None:
    if isinstance(mapping.label_set, str):
        if mapping.label_set not in LABEL_SETS:
            raise DataError(
                f"label_set: no label set {mapping.label_set!r}",
                where=where,
                hint=did_you_mean(mapping.label_set, LABEL_SETS),
            )
    else:
        own = mapping.label_set
        if own.name in LABEL_SETS and LABEL_SETS[own.name].labels != own.labels:
            raise DataError(
                f"label_set.name: {own.name!r} is Mien's own set of other labels",
                where=where,
                hint="take another name",
            )
        for label in own.labels:
            if own.labels.count(label) > 1 or label in (DROP, UNSURE, ""):
                raise DataError(
                    f"label_set.labels: {label!r} is there twice or means something else",
                    where=where,
                )
    for name, label in mapping.labels.items():
        if label != DROP and label not in mapping.target.labels:
            raise DataError(
                f"labels.{name}: {label!r} is not in label set {mapping.target.name}",
                where=where,
                hint=label_hint(label, [*mapping.target.labels, DROP]),
            )
    if mapping.labels and all(label == DROP for label in mapping.labels.values()):
        raise DataError("labels: every label is dropped", where=where)
