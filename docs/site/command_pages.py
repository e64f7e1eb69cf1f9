"""The reference of the command line, written from the program itself: one page a verb."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import is_dataclass
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import typer

from mien.cli.main import app
from mien.cli.verbs import VERBS

HEADINGS = ("option", "takes", "default", "what it does")
KINDS = {int: "whole number", float: "number", Path: "path"}


def write_command_pages(folder: Path) -> None:
    """Write ``<verb>.md`` of each verb and ``index.md`` into ``folder``; remove others there."""
    folder.mkdir(parents=True, exist_ok=True)
    root = typer.main.get_command(app)
    pages = {verb: page_of(verb, root.commands[verb]) for verb in VERBS}
    pages["index"] = index_of({verb: root.commands[verb] for verb in VERBS})
    for old in folder.glob("*.md"):
        if old.stem not in pages:
            old.unlink()
    for name, text in pages.items():
        path = folder / f"{name}.md"
        # Sphinx reads again only what has changed.
        if not path.is_file() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")


def index_of(commands: dict[str, Any]) -> str:
    """The page that lists all verbs, in the parts of the program's own help."""
    lines = ["# Every command", "", "`mien VERB --help` says the same in a terminal.", ""]
    for panel in dict.fromkeys(verb.panel for verb in VERBS.values()):
        lines += [
            f"## {str(panel).replace(chr(92), '')}",
            "",
            "| verb | what it does |",
            "| --- | --- |",
        ]
        lines += [
            f"| [`mien {name}`]({name}.md) | {first_line(commands[name])} |"
            for name, verb in VERBS.items()
            if verb.panel == panel
        ]
        lines.append("")
    hidden = ["```{toctree}", ":hidden:", "", *commands, "```", ""]
    return "\n".join([*lines, *hidden])


def page_of(verb: str, command: Any) -> str:
    """A page on one verb and all below it."""
    parts: list[str] = []
    for words, each in with_all_below(f"mien {verb}", command):
        depth = "#" * (len(words.split()) - 1)
        parts += [f"{depth} {words}", "", described(each), ""]
        if not getattr(each, "commands", None):
            parts += ["```text", usage(words, each), "```", ""]
        parts += tables(each)
    return "\n".join(parts)


def with_all_below(words: str, command: Any) -> Iterator[tuple[str, Any]]:
    """A command and its verbs, each with what one types."""
    yield words, command
    for name, below in getattr(command, "commands", {}).items():
        yield from with_all_below(f"{words} {name}", below)


def described(command: Any) -> str:
    """The help of a command as Markdown."""
    return inspect.cleandoc(command.help or "").replace("\\[", "[")


def first_line(command: Any) -> str:
    """The first sentence of its help."""
    return described(command).split("\n")[0].split(". ")[0].rstrip(".") + "."


def usage(words: str, command: Any) -> str:
    """What one types, arguments in capitals."""
    names = [
        (f"{each.name.upper()}" if each.required else f"[{each.name.upper()}]")
        + ("..." if each.nargs == -1 else "")
        for each in command.params
        if each.param_type_name == "argument"
    ]
    return " ".join([words, "[OPTIONS]", *names])


def tables(command: Any) -> list[str]:
    """Its arguments and options, as tables."""
    lines: list[str] = []
    annotations = annotations_of(command)
    shown = [each for each in command.params if not getattr(each, "hidden", False)]
    arguments = [each for each in shown if each.param_type_name == "argument"]
    options = [
        each for each in shown if each.param_type_name == "option" and "--help" not in each.opts
    ]
    if arguments:
        lines += ["| argument | what it is |", "| --- | --- |"]
        lines += [f"| `{each.name.upper()}` | {cell(each.help)} |" for each in arguments]
        lines.append("")
    if options:
        lines += [f"| {' | '.join(HEADINGS)} |", "| --- | --- | --- | --- |"]
        lines += [option_row(each, annotations.get(each.name)) for each in options]
        lines.append("")
    return lines


def option_row(option: Any, annotation: Any) -> str:
    """A row of the table of options."""
    names = ", ".join(f"`{name}`" for name in [*option.opts, *option.secondary_opts])
    taken = "" if option.is_flag else taken_by(annotation)
    return f"| {names} | {taken} | {default_of(option)} | {cell(option.help)} |"


def annotations_of(command: Any) -> dict[str, Any]:
    """The types of the parameters, by name, as the verb's function declares them."""
    if command.callback is None:
        return {}
    found = get_type_hints(inspect.unwrap(command.callback), include_extras=True)
    for annotation in tuple(found.values()):
        if is_dataclass(annotation):  # Options that several verbs share.
            found |= get_type_hints(annotation, include_extras=True)
    return found


def taken_by(annotation: Any) -> str:
    """What is to be given after an option's name."""
    kind, *notes = get_args(annotation) if get_origin(annotation) is Annotated else (annotation,)
    kind = next((each for each in get_args(kind) if each is not type(None)), kind)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return ", ".join(f"`{each.value}`" for each in kind)
    (note,) = [each for each in notes if isinstance(each, typer.models.OptionInfo)] or [None]
    words = getattr(note, "metavar", None) or KINDS.get(kind, "text")
    low, high = getattr(note, "min", None), getattr(note, "max", None)
    return " ".join(
        [
            words.lower(),
            *([] if low is None else [f"from {low:g}"]),
            *([] if high is None else [f"to {high:g}"]),
        ]
    )


def default_of(option: Any) -> str:
    """Its default, where the help would show it."""
    found = option.default
    if (
        found is None
        or found is False
        or found == ()
        or option.show_default is False
        or callable(found)
    ):
        return ""
    if isinstance(found, (list, tuple)):
        return ", ".join(f"`{each}`" for each in found)
    return "on" if found is True else f"`{getattr(found, 'value', found)}`"


def cell(text: str | None) -> str:
    """A text in one cell of a table."""
    return " ".join((text or "").replace("\\[", "[").replace("|", "\\|").split())
