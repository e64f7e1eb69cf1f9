"""The verbs of ``mien``; each one's module is imported when that verb is asked for."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

READ, CHECK, LAB = "Read photos", "Look after Mien", r"The lab (needs mien\[lab])"

_VERBS = {
    "analyze": ("mien.cli.analyze", "analyze", READ),
    "album": ("mien.cli.album", "album_app", READ),
    "video": ("mien.cli.video", "video", READ),
    "live": ("mien.cli.live", "live", READ),
    "serve": ("mien.cli.serve", "serve", READ),
    "demo": ("mien.cli.demo", "demo", READ),
    "models": ("mien.cli.models", "models_app", CHECK),
    "doctor": ("mien.cli.doctor", "doctor", CHECK),
    "recipes": ("mien.cli.lab.recipes", "recipes", LAB),
    "data": ("mien.cli.lab.data", "data_app", LAB),
    "train": ("mien.cli.lab.train", "train", LAB),
    "lr-find": ("mien.cli.lab.lr_find", "lr_find", LAB),
    "evaluate": ("mien.cli.lab.evaluate", "evaluate", LAB),
    "report": ("mien.cli.lab.report", "report", LAB),
    "compare": ("mien.cli.lab.compare", "compare", LAB),
    "explain": ("mien.cli.lab.explain", "explain", LAB),
    "export": ("mien.cli.lab.export", "export", LAB),
}
"""Module, its verb or its group of verbs, and the part of the help, in the order of the help."""


@functools.cache
def _command(name: str) -> Any:
    module, attribute, panel = _VERBS[name]
    verb = getattr(import_module(module), attribute)
    holder = typer.Typer(pretty_exceptions_enable=False)
    if isinstance(verb, typer.Typer):
        holder.add_typer(verb, name=name, rich_help_panel=panel)
    else:
        holder.command(name, rich_help_panel=panel)(verb)
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
    for below in getattr(command, "commands", {}).values():
        _unwrap_help(below)


class _Commands(Mapping[str, Any]):
    """Commands by name, made when they are asked for: ``mien analyze`` needs no album."""

    def __getitem__(self, name: str) -> Any:
        return _command(name)

    def __iter__(self) -> Iterator[str]:
        return iter(_VERBS)

    def __len__(self) -> int:
        return len(_VERBS)


class Verbs(TyperGroup):
    """The group of all verbs."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.commands: Any = _Commands()
