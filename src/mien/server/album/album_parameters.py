"""Parameters of the album's addresses: a photo, and a question."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from mien.album.asking.question import (
    LONGEST_TEXT,
    MOST_BRIGHTNESS,
    MOST_PIXELS,
    MOST_SHARPNESS,
    Bursts,
    Labels,
    Question,
    Rule,
)
from mien.album.asking.spans import DATE_PATTERN, number_range, range_text, time_span
from mien.errors import UsageError
from mien.server.error_answers import ApiError

LARGEST_ID = (1 << 63) - 1

PhotoId = Annotated[int, Query(ge=1, le=LARGEST_ID, description="The photo's number")]
Place = Annotated[
    bool, Query(description="Tell where photos were taken, as far as the camera wrote it down")
]

_DEFAULT = Question()
_WEIGHT = re.compile(r"\s*([A-Za-z]\w*)\s*:\s*(\d*\.?\d+)\s*")
# Told only: what does not fit is refused by ``time_span``, in words that help.
_DATE: JsonDict = {"pattern": f"^({DATE_PATTERN})?$"}


def _either(choices: Iterable[str]) -> str:
    *first, last = choices
    return f"{', '.join(first)} or {last}"


class QuestionParameters(BaseModel):
    """Which photos, and in what order; see docs/guides/album.md."""

    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True)

    weights: str = Field(
        f"{_DEFAULT.emotion}:1",
        max_length=LONGEST_TEXT,
        description="A weight from 0 to 1 for each emotion that counts",
    )
    expression: str = Field(
        "",
        max_length=LONGEST_TEXT,
        description="Only photos of which it is true: happy>0.8 and faces=2",
    )
    labels: Labels = Field(
        _DEFAULT.labels,
        description=f"The label set of weights and expression: {_either(Labels)}",
    )
    rule: Rule = Field(
        _DEFAULT.rule,
        description=f"How the faces that count make the score: {_either(Rule)}",
    )
    faces: str = Field(
        range_text(_DEFAULT.faces),
        max_length=12,
        description="Faces that count: 3, 2..5, 2.. or ..4",
    )
    since: str = Field(
        "",
        alias="from",
        max_length=30,
        description="Taken from then on: 2019, 2019-07, 2019-07-04",
        json_schema_extra=_DATE,
    )
    until: str = Field(
        "",
        alias="to",
        max_length=30,
        description="Taken until then, included",
        json_schema_extra=_DATE,
    )
    path: str = Field(
        "", max_length=LONGEST_TEXT, description="Whose path ends like this: 2019/*/*.jpg"
    )
    sure: bool = Field(_DEFAULT.sure, description="Faces of which the model is unsure do not count")
    min_size: float = Field(
        _DEFAULT.min_size,
        ge=0,
        le=MOST_PIXELS,
        description="Smaller faces do not count, pixels",
    )
    min_sharpness: float = Field(
        _DEFAULT.min_sharpness,
        ge=0,
        le=MOST_SHARPNESS,
        description="More blurred faces do not count",
    )
    min_brightness: float = Field(
        _DEFAULT.min_brightness,
        ge=0,
        le=MOST_BRIGHTNESS,
        description="Darker faces do not count",
    )
    min_score: float = Field(
        _DEFAULT.min_score, ge=0, le=1, description="Photos with a lower score are left out"
    )
    bursts: Bursts = Field(
        _DEFAULT.bursts,
        description="Of a burst, and of photos that are alike, only the best one (best), or all",
    )

    def question(self) -> Question:
        """The question.

        Raises
        ------
        ApiError
            422; it begins with the parameter's name.
        """
        try:
            return Question(
                emotion="",
                weights=_weights(self.weights),
                expression=self.expression.strip(),
                labels=self.labels,
                rule=self.rule,
                faces=number_range(self.faces, "faces"),
                taken_from=time_span(self.since, "from")[0] if self.since.strip() else None,
                taken_to=time_span(self.until, "to")[1] if self.until.strip() else None,
                path=self.path.strip() or None,
                sure=self.sure,
                min_size=self.min_size,
                min_sharpness=self.min_sharpness,
                min_brightness=self.min_brightness,
                min_score=self.min_score,
                bursts=self.bursts,
            )
        except UsageError as error:
            raise wrong_parameter(error) from error


def wrong_parameter(error: UsageError) -> ApiError:
    """422 for what stands in a parameter, by its name."""
    name = "expression" if (error.where or "").startswith("expression") else error.where
    return ApiError(422, f"{name}: {error.what}" if name else error.what, error.hint)


def _weights(text: str) -> tuple[tuple[str, float], ...]:
    found = {}
    for part in filter(str.strip, text.split(",")):
        match = _WEIGHT.fullmatch(part)
        if match is None or not math.isfinite(float(match[2])):
            raise UsageError(
                f"{part.strip()[:40]!r} is no weight", where="weights", hint="try: happy:1,sad:0.5"
            )
        found[match[1].lower()] = float(match[2])
    return tuple(found.items())
