"""The registry of trainable networks.

A network takes standardised grey images ``(B, 1, H, W)`` float32 and returns a dict from head
name to logits ``(B, number of labels)``.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, TypeVar

from torch import nn

from mien.errors import RecipeError, did_you_mean

Builder = TypeVar("Builder", bound=Callable[..., nn.Module])

_BUILDERS: dict[str, Callable[..., nn.Module]] = {}


def register(name: str) -> Callable[[Builder], Builder]:
    """Decorator: make a builder available to recipes as ``model: {name: ...}``."""

    def add(builder: Builder) -> Builder:
        if name in _BUILDERS:
            raise ValueError(f"two networks are called {name!r}")
        _BUILDERS[name] = builder
        return builder

    return add


def model_names() -> tuple[str, ...]:
    """Names of all registered networks, sorted."""
    return tuple(sorted(_BUILDERS))


def create_model(name: str, heads: dict[str, int], **options: Any) -> nn.Module:
    """Build a network with fresh weights from torch's global random state.

    Parameters
    ----------
    name : str
        A registered name.
    heads : dict of str to int
        Number of labels of each head.
    **options
        The network's own options.

    Raises
    ------
    RecipeError
        If the name or an option is unknown (it names the nearest right one), or an option's value
        is of no use.
    """
    if name not in _BUILDERS:
        raise RecipeError(
            f"no model {name!r}", where="model.name", hint=did_you_mean(name, model_names())
        )
    builder = _BUILDERS[name]
    known = tuple(key for key in inspect.signature(builder).parameters if key != "heads")
    for option in options:
        if option not in known:
            raise RecipeError(
                f"model {name} has no option {option!r}",
                where=f"model.{option}",
                hint=did_you_mean(option, known),
            )
    try:
        return builder(heads=heads, **options)
    except (TypeError, ValueError, RuntimeError) as error:
        given = ", ".join(f"{key}={value!r}" for key, value in options.items())
        raise RecipeError(
            f"model {name} cannot be built with {given} ({error})", where="model"
        ) from error
