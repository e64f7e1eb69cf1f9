"""Codes out of files: tables, ELAN, BORIS."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from mien.errors import DataError, UsageError
from mien.media.agreement.codes import Code, CodedRecording, seconds_in
from mien.media.agreement.read_boris import is_boris, read_boris
from mien.media.agreement.read_elan import read_elan

SUFFIXES = (".csv", ".tsv", ".txt", ".eaf")

_NAMES = {
    "start": ("start", "time", "onset"),
    "end": ("end", "stop", "offset"),
    "duration": ("duration",),
    "label": ("label", "code", "emotion", "expression"),
    "value": ("value", "rating"),
    "coder": ("coder", "rater", "observer"),
    "recording": ("recording", "file", "path", "video", "participant"),
    "session": ("session",),
}


def find_codes(named: Sequence[str], tiers: Sequence[str] = ()) -> list[CodedRecording]:
    """Read the codes that were named.

    Parameters
    ----------
    named : sequence of str
        Files and folders of them; ``anna=codes/anna`` says whose they are. Where nothing says it,
        neither the name nor the file, a coder is called like the file.
    tiers : sequence of str
        Of ELAN files; all when empty.

    Raises
    ------
    UsageError
        If there is nothing there.
    DataError
        If a file cannot be read; it says which line.
    """
    found: list[CodedRecording] = []
    for one in named:
        coder, path = "", Path(one)
        if "=" in one and not path.exists():
            coder, _, rest = one.partition("=")
            path = Path(rest)
        if path.is_dir():
            files = sorted(file for file in path.rglob("*") if file.suffix.lower() in SUFFIXES)
            if not files:
                raise UsageError("no codes in this folder", where=path, hint=_FORMS)
        else:
            files = [path]
        for file in files:
            found += _read(file, coder.strip(), tiers)
    taken = next((each for each in found if each.coder in ("mien", "majority")), None)
    if taken is not None:
        raise UsageError(
            f"a coder is called {taken.coder!r}", where=taken.where, hint="name another: anna=FILE"
        )
    if not any(each.codes for each in found):
        raise UsageError("there are no codes", where=", ".join(named))
    return found


_FORMS = "tables (.csv, .tsv), ELAN (.eaf) and BORIS's exports are read"


def _read(path: Path, coder: str, tiers: Sequence[str]) -> list[CodedRecording]:
    if path.suffix.lower() not in SUFFIXES:
        raise UsageError("is no file of codes", where=path, hint=_FORMS)
    if path.suffix.lower() == ".eaf":
        return read_elan(path, coder, tiers)
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"cannot be read ({error})", where=path) from error
    lines = text.splitlines()
    first = lines[0] if lines else ""
    separator = max("\t;,", key=first.count)
    if is_boris(text):
        return read_boris(path, text, coder)
    return _read_table(path, csv.DictReader(io.StringIO(text), delimiter=separator), coder)


def _read_table(path: Path, reader: csv.DictReader[str], coder: str) -> list[CodedRecording]:
    given = {(name or "").strip().lower(): name for name in reader.fieldnames or ()}
    columns = {
        key: next((given[name] for name in names if name in given), None)
        for key, names in _NAMES.items()
    }
    if columns["start"] is None or (columns["label"] is None and columns["value"] is None):
        raise DataError(
            "a column start, and label or value, are needed",
            where=path,
            hint="columns: recording, coder, start, end, label, value",
        )
    found: dict[tuple[str, str, str], list[Code]] = defaultdict(list)
    for row in reader:
        where = f"{path}, line {reader.line_num}"
        cells = {
            key: "" if name is None else (row.get(name) or "").strip()
            for key, name in columns.items()
        }
        if not any(cells.values()):
            continue
        key = (coder or cells["coder"] or path.stem, cells["recording"], cells["session"])
        found[key].append(_code(cells, where))
    return [
        CodedRecording(who, recording, session, tuple(codes), str(path))
        for (who, recording, session), codes in found.items()
    ]


def _code(cells: dict[str, str], where: str) -> Code:
    start = seconds_in(cells["start"], where)
    end = None
    if cells["end"]:
        end = seconds_in(cells["end"], where)
    elif cells["duration"]:
        end = start + seconds_in(cells["duration"], where)
    if end is not None and end < start:
        raise DataError(f"end {end:g} is before start {start:g}", where=where)
    value = None
    if cells["value"]:
        try:
            value = float(cells["value"].replace(",", "."))
        except ValueError as error:
            raise DataError(f"{cells['value']!r} is no number", where=where) from error
    if not cells["label"] and value is None:
        raise DataError("neither a label nor a value", where=where)
    return Code(start, None if end == start else end, cells["label"], value)
