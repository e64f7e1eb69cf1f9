"""The base of every section of a recipe: frozen, and strict about keys."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo
from pydantic_core import PydanticCustomError

Fraction = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
NonNegative = Annotated[float, Field(ge=0)]


class Section(BaseModel):
    """Keys that are not known are refused, values are checked, nothing changes afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def own_key(
    value: object, info: ValidationInfo, keys: dict[str, dict[str, Any]], shared: tuple[str, ...]
) -> object:
    """Validate a key that only some of a section's names know.

    Parameters
    ----------
    value : object
        As given; None asks for the default.
    info : ValidationInfo
        Pydantic's, of the key; the section's ``name`` is validated before it.
    keys : dict of str to dict
        By name, its own keys with their defaults.
    shared : tuple of str
        Keys that all names know, for the error.

    Returns
    -------
    object
        The value, or the name's default for None.

    Raises
    ------
    PydanticCustomError
        If the name has no such key: it would do nothing.
    """
    name, key = info.data.get("name"), str(info.field_name)
    if name is None:  # itself not valid
        return value
    if value is None:
        return keys[name].get(key)
    if key not in keys[name]:
        raise PydanticCustomError(
            "does_not_apply",
            "{name} has no such key, it has: {known}",
            {"name": name, "known": ", ".join([*keys[name], *shared])},
        )
    return value
