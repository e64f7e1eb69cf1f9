"""Nothing that a user can name is undocumented."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from dataclasses import is_dataclass
from pathlib import Path
from typing import Any

import pytest
import typer

import mien
from mien.cli.main import app

DOCS = Path(__file__).resolve().parents[2] / "docs"
REFERENCE = (DOCS / "reference" / "python.md").read_text("utf-8")
PUBLIC = [name for name in mien.__all__ if not name.startswith("_")]


def test_the_reference_lists_every_public_name_once():
    listed = re.findall(r"^\.\. auto\w+:: (\w+)$", REFERENCE, re.M)
    assert sorted(listed) == sorted(PUBLIC)


@pytest.mark.parametrize("name", PUBLIC)
def test_every_parameter_and_field_is_explained(name):
    missing = [words for words, thing in parts(name) for words in unexplained(words, thing)]
    assert not missing


def parts(name: str) -> Iterator[tuple[str, Any]]:
    """The thing itself and, of a class, its own public methods."""
    thing = getattr(mien, name)
    yield name, thing
    if inspect.isclass(thing):
        for below in vars(thing):
            value = getattr(thing, below)
            if not below.startswith("_") and inspect.isroutine(value):
                yield f"{name}.{below}", value


def unexplained(words: str, thing: Any) -> Iterator[str]:
    text = inspect.getdoc(thing)
    if not text:
        yield words
        return
    for name in names_of(thing):
        if not name.startswith("_") and not re.search(rf"\b{name}\b", text):
            yield f"{words}: {name}"


def names_of(thing: Any) -> list[str]:
    """Parameters; of a class that declares fields these, without what it inherits."""
    if (inspect.isclass(thing) and "__init__" not in vars(thing)) or is_dataclass(thing):
        return list(inspect.get_annotations(thing))
    starred = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    found = inspect.signature(thing).parameters.values()
    return [each.name for each in found if each.kind not in starred and each.name != "self"]


def commands(words: str, command: Any) -> Iterator[tuple[str, Any]]:
    yield words, command
    for name, below in getattr(command, "commands", {}).items():
        yield from commands(f"{words} {name}", below)


def test_every_verb_and_option_says_what_it_does():
    without = []
    for words, command in commands("mien", typer.main.get_command(app)):
        if not command.help:
            without.append(words)
        without += [f"{words} {each.name}" for each in command.params if not each.help]
    assert not without
