"""What the album page asks: the parameters of a ranking, as they stand in an address."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from mien.album.asking.rank import LEAST_BRIGHTNESS, LEAST_SHARPNESS, LEAST_SIZE, Query
from mien.album.asking.spans import DATE_PATTERN, number_range, time_span
from mien.errors import UsageError
from mien.server.error_answers import ApiError

_WEIGHT = re.compile(r"\s*([A-Za-z]\w*)\s*:\s*(\d*\.?\d+)\s*")
_TEXT = 500
# Told only: what does not fit is refused by ``time_span``, in words that help.
_DATE: JsonDict = {"pattern": f"^({DATE_PATTERN})?$"}


class Question(BaseModel):
    """Which photos, and in what order; see docs/guides/album.md."""

    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True)

    weights: str = Field(
        "happy:1", max_length=_TEXT, description="A weight from 0 to 1 for each emotion that counts"
    )
    expression: str = Field(
        "", max_length=_TEXT, description="Only photos of which it is true: happy>0.8 and faces=2"
    )
    labels: Literal["seven", "four", "ferplus", "valence"] = Field(
        "seven",
        description="The label set of weights and expression: seven, four, ferplus or valence",
    )
    rule: Literal["mean", "min", "any", "share"] = Field(
        "mean", description="How the faces that count make the score: mean, min, any or share"
    )
    faces: str = Field("1..", max_length=12, description="Faces that count: 3, 2..5, 2.. or ..4")
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
    path: str = Field("", max_length=_TEXT, description="Whose path ends like this: 2019/*/*.jpg")
    sure: bool = Field(False, description="Faces of which the model is unsure do not count")
    min_size: float = Field(
        LEAST_SIZE, ge=0, le=100_000, description="Smaller faces do not count, pixels"
    )
    min_sharpness: float = Field(
        LEAST_SHARPNESS, ge=0, le=10, description="More blurred faces do not count"
    )
    min_brightness: float = Field(
        LEAST_BRIGHTNESS, ge=0, le=1, description="Darker faces do not count"
    )
    bursts: Literal["best", "all"] = Field(
        "best",
        description="Of a burst, and of photos that are alike, only the best one (best), or all",
    )


@dataclass(frozen=True)
class Asked:
    """A question, understood.

    Attributes
    ----------
    query : Query
        Its ``emotion`` is empty.
    weights : tuple of (str, float)
    expression : str
    """

    query: Query
    weights: tuple[tuple[str, float], ...]
    expression: str


def understand(question: Question) -> Asked:
    """Read what stands in the parameters.

    Raises
    ------
    ApiError
        422; it begins with the parameter's name.
    """
    try:
        query = Query(
            emotion="",
            labels=question.labels,
            rule=question.rule,
            faces=number_range(question.faces, "faces"),
            taken_from=time_span(question.since, "from")[0] if question.since.strip() else None,
            taken_to=time_span(question.until, "to")[1] if question.until.strip() else None,
            path=question.path.strip() or None,
            sure=question.sure,
            min_size=question.min_size,
            min_sharpness=question.min_sharpness,
            min_brightness=question.min_brightness,
            only_best_of_burst=question.bursts == "best",
        )
        return Asked(query, _weights(question.weights), question.expression.strip())
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
