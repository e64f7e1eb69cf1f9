"""Groups of verbs of which each one's module is imported when that verb is asked for.

``mien album top`` imports no network, and ``mien analyze`` no album.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup


@dataclass(frozen=True, slots=True)
class Verb:
    """Where a verb is.

    Attributes
    ----------
    module : str
    attribute : str
        Of the module: a function, or the ``typer.Typer`` of a group of verbs.
    panel : str or None
        The part of the help in which it stands.
    """

    module: str
    attribute: str
    panel: str | None = None


def late_group(verbs: Mapping[str, Verb]) -> type[TyperGroup]:
    """A class of groups, for ``typer.Typer(cls=…)``, whose verbs are these, in this order."""

    class LateGroup(TyperGroup):
        def __init__(self, **options: Any) -> None:
            super().__init__(**options)
            self.commands: Any = LateVerbs(verbs)

    return LateGroup


class LateVerbs(Mapping[str, Any]):
    """Commands by name, made when they are asked for.

    Parameters
    ----------
    verbs : mapping of str to Verb
    """

    def __init__(self, verbs: Mapping[str, Verb]) -> None:
        self._verbs = verbs

    def __getitem__(self, name: str) -> Any:
        return _command(name, self._verbs[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._verbs)

    def __len__(self) -> int:
        return len(self._verbs)


@functools.cache
def _command(name: str, verb: Verb) -> Any:
    found = getattr(import_module(verb.module), verb.attribute)
    holder = typer.Typer(pretty_exceptions_enable=False)
    if isinstance(found, typer.Typer):
        holder.add_typer(found, name=name, rich_help_panel=verb.panel)
    else:
        holder.command(name, rich_help_panel=verb.panel)(found)
    command = typer.main.get_group(holder).commands[name]
    _unwrap_help(command)
    return command


def _unwrap_help(command: Any) -> None:
    """Make each paragraph of the help one line, which the terminal wraps at its own width.

    Otherwise the lines of the docstrings are wrapped a second time.
    """
    if command.help:
        paragraphs = inspect.cleandoc(command.help).split("\n\n")
        command.help = "\n\n".join(" ".join(part.split()) for part in paragraphs)
    below = getattr(command, "commands", {})
    if not isinstance(below, LateVerbs):  # Those are not there yet.
        for each in below.values():
            _unwrap_help(each)
