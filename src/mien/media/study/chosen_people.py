"""Who people say is the participant of each recording: a page to choose on, and a table."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mien.errors import DataError, did_you_mean
from mien.media.open_table import open_table
from mien.media.results.output import open_output
from mien.media.results.rows_file import write_rows
from mien.templates import template_environment

PAGE, CHOICES = "people.html", "participants.csv"

Found = dict[str, Any]
"""What is known of a recording that was read: see ``read_recording``."""


def read_choices(path: Path, found: dict[str, Found] | None) -> dict[str, int | None]:
    """Read a table with *recording* and *person*; an empty person is nobody.

    Parameters
    ----------
    path : Path
    found : dict of str to Found, or None
        The recordings that were read, by name; None: whom the table names is not looked up.

    Raises
    ------
    DataError
        If it cannot be read, or names a recording or a person that there is not; it says which
        line.
    """
    chosen: dict[str, int | None] = {}
    with open_table(path) as reader:
        if not {"recording", "person"} <= set(reader.fieldnames or ()):
            raise DataError("the columns recording and person are needed", where=path)
        for row in reader:
            where = f"{path}, line {reader.line_num}"
            name, person = ((row[key] or "").strip() for key in ("recording", "person"))
            if person and not (person.isascii() and person.isdigit()):
                raise DataError(f"{person!r} is no number of a person", where=where)
            if found is not None:
                _check(name, person, found, where)
            chosen[name] = int(person) if person else None
    return chosen


def _check(name: str, person: str, found: dict[str, Found], where: str) -> None:
    if name not in found:
        raise DataError(
            f"no recording {name!r} was read", where=where, hint=did_you_mean(name, found)
        )
    known = {int(each["person"]) for each in found[name]["rows"]}
    if person and int(person) not in known:
        raise DataError(
            f"{name} has no person {person}",
            where=where,
            hint=f"there are: {', '.join(map(str, sorted(known))) or 'none'}",
        )


def write_choices(folder: Path, chosen: dict[str, int | None]) -> None:
    """Keep the choices in a study's folder, where every later call finds them."""
    write_rows(
        folder / CHOICES,
        [{"recording": name, "person": person} for name, person in sorted(chosen.items())],
        columns=("recording", "person"),
    )


def with_choice(found: Found, person: int | None) -> Found:
    """What is known of a recording, with this person as its participant."""
    rows = [{**row, "is_participant": int(row["person"] == person)} for row in found["rows"]]
    return {**found, "participant": person, "rows": rows}


def write_people_page(
    folder: Path, recordings: Sequence[tuple[str, str, Found]], chosen: dict[str, int | None]
) -> Path:
    """Write the page with a still of each person. It holds pictures of faces.

    Parameters
    ----------
    folder : Path
        Of the study.
    recordings : sequence of (name, participant, Found)
    chosen : dict of str to int or None
        What has been said already.

    Returns
    -------
    Path
    """
    shown = []
    for name, participant, found in recordings:
        people = [
            {
                "person": row["person"],
                "still": found.get("stills", {}).get(str(row["person"]), ""),
                "seen": f"{row['seen_seconds']:.0f} s",
                "share": f"{row['coverage'] or 0:.0%}",
            }
            for row in found["rows"]
            if row["event"] == ""
        ]
        shown.append(
            {"name": name, "participant": participant, "people": people,
             "chosen": chosen.get(name)}
        )  # fmt: skip
    template = template_environment("mien.media.study").get_template("people.html.jinja")
    html = template.render(recordings=shown, name=json.dumps(CHOICES), count=len(shown))
    with open_output(folder / PAGE) as stream:
        stream.write(html.encode())
    return folder / PAGE
