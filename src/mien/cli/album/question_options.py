"""The options by which ``mien album top`` is told its question."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from mien.album.asking.question import (
    LEAST_SCORE,
    MOST_BRIGHTNESS,
    MOST_PIXELS,
    MOST_SHARPNESS,
    Bursts,
    Labels,
    Question,
    Rule,
)
from mien.album.asking.spans import number_range, range_text, time_span
from mien.errors import UsageError

_DEFAULT = Question()


@dataclass(frozen=True, slots=True)
class QuestionOptions:
    """What is asked of the album, as people type it."""

    folder: Annotated[
        Path | None, typer.Argument(help="Only photos below this folder.", show_default=False)
    ] = None
    emotion: Annotated[
        str,
        typer.Option(
            "--emotion", "-e", help="An emotion, or for example: happy>0.8 and not sad>0.2"
        ),
    ] = _DEFAULT.emotion
    rule: Annotated[
        Rule,
        typer.Option(help="Mean or least over the faces, any face, or share of the faces."),
    ] = _DEFAULT.rule
    labels: Annotated[
        Labels, typer.Option(help="Seven emotions, four, FER+'s eight, or positive/negative.")
    ] = _DEFAULT.labels
    faces: Annotated[
        str, typer.Option(metavar="RANGE", help="Faces that count: 3, 2..5, 2.. or ..4")
    ] = range_text(_DEFAULT.faces)
    begin: Annotated[
        str | None,
        typer.Option("--from", metavar="DATE", help="Taken from then on.", show_default=False),
    ] = None
    end: Annotated[
        str | None,
        typer.Option(
            "--to", metavar="DATE", help="Taken until then, included.", show_default=False
        ),
    ] = None
    path: Annotated[
        str | None,
        typer.Option(metavar="GLOB", help="For example 2019/*/*.jpg", show_default=False),
    ] = None
    sure: Annotated[
        bool, typer.Option("--sure", help="Leave out faces of which the model is unsure.")
    ] = _DEFAULT.sure
    min_size: Annotated[
        float, typer.Option(min=0, max=MOST_PIXELS, help="Smaller faces do not count, pixels.")
    ] = _DEFAULT.min_size
    min_sharpness: Annotated[
        float, typer.Option(min=0, max=MOST_SHARPNESS, help="More blurred faces do not count.")
    ] = _DEFAULT.min_sharpness
    min_brightness: Annotated[
        float, typer.Option(min=0, max=MOST_BRIGHTNESS, help="Darker faces do not count.")
    ] = _DEFAULT.min_brightness
    min_score: Annotated[
        float, typer.Option(min=0, max=1, help="Photos of an emotion with less are not named.")
    ] = LEAST_SCORE
    bursts: Annotated[
        Bursts,
        typer.Option(help="Of a burst, and of photos that are alike, only the best, or all."),
    ] = _DEFAULT.bursts

    def question(self) -> Question:
        """The question.

        Raises
        ------
        UsageError
            If a range is none, or no time is in it.
        """
        begin = None if self.begin is None else time_span(self.begin, "--from")[0]
        end = None if self.end is None else time_span(self.end, "--to")[1]
        if begin is not None and end is not None and begin >= end:
            raise UsageError(
                f"nothing is between {self.begin} and {self.end}", where="--from, --to"
            )
        return Question(
            emotion=self.emotion,
            labels=self.labels,
            rule=self.rule,
            faces=number_range(self.faces, "--faces"),
            taken_from=begin,
            taken_to=end,
            folder=None if self.folder is None else absolute(self.folder),
            path=self.path,
            sure=self.sure,
            min_size=self.min_size,
            min_sharpness=self.min_sharpness,
            min_brightness=self.min_brightness,
            min_score=self.min_score,
            bursts=self.bursts,
        )


def absolute(path: Path) -> bytes:
    """As the index names files: without dots, and links stay."""
    return os.fsencode(os.path.abspath(path))  # noqa: PTH100 (links stay)
