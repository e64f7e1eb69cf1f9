"""Verbs with many options: each group of options is a dataclass, and the verb gets it whole."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import Any, get_type_hints


def gathered(verb: Callable[..., None]) -> Callable[..., None]:
    """The verb with an option for each field of the dataclasses among its parameters.

    The fields' types are ``Annotated`` with what Typer has to know of the option, as those of a
    verb's parameters are.
    """
    groups: dict[str, type[Any]] = {}
    parameters: list[inspect.Parameter] = []
    hints = get_type_hints(verb, include_extras=True)
    for parameter in inspect.signature(verb).parameters.values():
        hint = hints[parameter.name]
        if isinstance(hint, type) and is_dataclass(hint):
            groups[parameter.name] = hint
            parameters += _options_of(hint)
        else:
            parameters.append(parameter.replace(annotation=hint))

    @functools.wraps(verb)
    def gathering(**options: Any) -> None:
        whole = {
            name: group(**{each.name: options.pop(each.name) for each in fields(group)})
            for name, group in groups.items()
        }
        verb(**whole, **options)

    # Those without a default, Typer's arguments, may stand after others: all are given by name.
    named = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in parameters]
    gathering.__signature__ = inspect.Signature(named)  # type: ignore[attr-defined]
    gathering.__annotations__ = {each.name: each.annotation for each in named}
    return gathering


def _options_of(group: type[Any]) -> list[inspect.Parameter]:
    hints = get_type_hints(group, include_extras=True)
    return [
        inspect.Parameter(
            each.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=_default(each),
            annotation=hints[each.name],
        )
        for each in fields(group)
    ]


def _default(field: Field[Any]) -> Any:
    return inspect.Parameter.empty if field.default is MISSING else field.default
