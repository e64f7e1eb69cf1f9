"""The help of every verb."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from rich.emoji import Emoji
from rich.text import Text

from mien.cli.late_verbs import LateVerbs
from mien.cli.verbs import VERBS


def commands(command: Any) -> Iterator[Any]:
    yield command
    for below in getattr(command, "commands", {}).values():
        yield from commands(below)


@pytest.mark.parametrize("verb", VERBS)
def test_it_is_wrapped_once_and_no_word_becomes_a_picture_or_nothing(verb):
    for command in commands(LateVerbs(VERBS)[verb]):
        texts = [command.help or "", *(getattr(p, "help", None) or "" for p in command.params)]
        for text in texts:
            assert "\n" not in text.replace("\n\n", "")
            assert Emoji.replace(text) == text
            # What stands in brackets must not be taken for a style, and vanish.
            assert Text.from_markup(text).plain == text.replace(r"\[", "[")
