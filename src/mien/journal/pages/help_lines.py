"""Whom to call: help lines by country, in a file that the user can edit."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from mien.errors import DataError, UsageError

FILE_NAME = "help_lines.json"


@dataclass(frozen=True, slots=True)
class HelpLine:
    """Somebody to talk to: ``name``, ``contact`` (a number, or what to text), ``when``."""

    name: str
    contact: str
    when: str


@dataclass(frozen=True, slots=True)
class CountryLines:
    """Help in one country.

    Attributes
    ----------
    code : str
        ISO 3166, two letters.
    country : str
    emergency : str
        The number for when it cannot wait.
    lines : tuple of HelpLine
    """

    code: str
    country: str
    emergency: str
    lines: tuple[HelpLine, ...]


def help_lines(folder: Path | None = None) -> dict[str, CountryLines]:
    """By country code: those that come with Mien, and over them those of the user's own file.

    Parameters
    ----------
    folder : Path, optional
        Where the user's ``help_lines.json`` may lie: beside the journal. It has the form of the
        packaged file, and may name one country or more.

    Raises
    ------
    DataError
        If the user's file is not of that form.
    """
    packaged = resources.files("mien.journal.pages") / FILE_NAME
    found = _read(packaged.read_text("utf-8"), FILE_NAME)
    own = None if folder is None else folder / FILE_NAME
    if own is not None and own.is_file():
        try:
            found |= _read(own.read_text("utf-8"), own)
        except (OSError, UnicodeDecodeError) as error:
            raise DataError("cannot be read", where=own) from error
    return found


def of_country(code: str, known: dict[str, CountryLines]) -> CountryLines:
    """The lines of a country; ``UsageError`` where none is known."""
    if code.upper() not in known:
        raise UsageError(
            f"no help lines are known for {code!r}",
            hint=f"known: {', '.join(sorted(known))}; add yours to {FILE_NAME} beside the journal",
        )
    return known[code.upper()]


def _read(text: str, where: object) -> dict[str, CountryLines]:
    try:
        raw: dict[str, Any] = json.loads(text)
        return {
            code.upper(): CountryLines(
                code.upper(),
                str(each["country"]),
                str(each["emergency"]),
                tuple(
                    HelpLine(str(line["name"]), str(line["contact"]), str(line["when"]))
                    for line in each["lines"]
                ),
            )
            for code, each in raw.items()
        }
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(
            "is no file of help lines",
            where=where,
            hint='as {"XX": {"country": "…", "emergency": "112", "lines": []}}, where a line has '
            '"name", "contact", "when"',
        ) from error
