"""The registry of trainable networks."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from mien.errors import RecipeError, did_you_mean
from mien.lab.models.network import Network

Builder = TypeVar("Builder", bound=Callable[..., Network])


@dataclass(frozen=True)
class Entry:
    """A registered network.

    Attributes
    ----------
    name : str
        What recipes call it: ``model: {name: ...}``.
    build : callable
        ``build(heads=, channels=, size=, **options)`` with fresh weights.
    summary : str
        What it is, in one line.
    source : str
        Paper, package or notes that it comes from.
    licence : str
        Of the architecture's source, as an SPDX name.
    channels : int
        Channels of its published input: 1 or 3.
    size : int
        Height and width in pixels of its published input.
    smallest : int
        The least height and width in pixels that it works with.
    """

    name: str
    build: Callable[..., Network]
    summary: str
    source: str
    licence: str
    channels: int
    size: int
    smallest: int

    @property
    def options(self) -> tuple[str, ...]:
        """Names of the network's own options."""
        given = ("heads", "channels", "size")
        return tuple(key for key in inspect.signature(self.build).parameters if key not in given)


_ENTRIES: dict[str, Entry] = {}


def register(
    name: str,
    *,
    summary: str,
    source: str,
    licence: str = "MIT",
    channels: int = 1,
    size: int = 48,
    smallest: int = 32,
) -> Callable[[Builder], Builder]:
    """Decorator: make a builder available to recipes as ``model: {name: ...}``; see ``Entry``."""

    def add(builder: Builder) -> Builder:
        if name in _ENTRIES:
            raise ValueError(f"two networks are called {name!r}")
        _ENTRIES[name] = Entry(name, builder, summary, source, licence, channels, size, smallest)
        return builder

    return add


def model_names() -> tuple[str, ...]:
    """Names of all registered networks, sorted."""
    return tuple(sorted(_ENTRIES))


def find_entry(name: str) -> Entry:
    """The entry of a registered network.

    Raises
    ------
    RecipeError
        If there is none; it names the nearest right one.
    """
    if name not in _ENTRIES:
        raise RecipeError(
            f"no model {name!r}", where="model.name", hint=did_you_mean(name, model_names())
        )
    return _ENTRIES[name]


def create_model(
    name: str,
    heads: dict[str, int],
    *,
    channels: int | None = None,
    size: int | None = None,
    **options: Any,
) -> Network:
    """Build a network with fresh weights from torch's global random state.

    Parameters
    ----------
    name : str
        A registered name.
    heads : dict of str to int
        Number of labels of each head.
    channels, size : int, optional
        Of the input ``(B, channels, size, size)``; the published ones when None.
    **options
        The network's own options.

    Raises
    ------
    RecipeError
        If the name or an option is unknown (it names the nearest right one), an option's value is
        of no use, or the input is too small.
    """
    entry = find_entry(name)
    for option in options:
        if option not in entry.options:
            raise RecipeError(
                f"model {name} has no option {option!r}",
                where=f"model.{option}",
                hint=did_you_mean(option, entry.options) if entry.options else "it has none",
            )
    channels = entry.channels if channels is None else channels
    size = entry.size if size is None else size
    if size < entry.smallest:
        raise RecipeError(
            f"model {name} needs at least {entry.smallest}×{entry.smallest} pixels, "
            f"the recipe gives {size}×{size}",
            where="input.size",
        )
    try:
        return entry.build(heads=heads, channels=channels, size=size, **options)
    except (TypeError, ValueError, RuntimeError) as error:
        given = ", ".join(f"{key}={value!r}" for key, value in options.items())
        raise RecipeError(
            f"model {name} cannot be built with {given} ({error})", where="model"
        ) from error
