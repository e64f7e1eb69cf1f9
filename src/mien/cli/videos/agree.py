"""``mien agree``: what people coded against what Mien read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from mien.cli.console import out, print_error, print_note
from mien.cli.exit_status import EXIT_SOME_UNREADABLE
from mien.emotions import UNSURE, VALENCE
from mien.errors import UsageError, VideoError, did_you_mean
from mien.media.agreement.agreement_folder import write_agreement
from mien.media.agreement.code_words import meaning, read_words
from mien.media.agreement.compare import PeopleAndMien, compare
from mien.media.agreement.disagreement_clips import cut_clip
from mien.media.agreement.intervals import WithInterval
from mien.media.agreement.moments import Moments, line_up
from mien.media.agreement.read_codes import find_codes
from mien.media.agreement.read_rows import VALENCE_COLUMN, read_rows
from mien.wording import count


def agree(
    rows: Annotated[
        Path,
        typer.Argument(
            help="What Mien said: the table (.csv, .parquet) of mien video, or the folder of mien "
            "study."
        ),
    ],
    codes: Annotated[
        list[str],
        typer.Argument(
            help="What people said: tables (.csv, .tsv), ELAN's .eaf, BORIS's exports, or folders "
            "of them; anna=FILE says whose they are."
        ),
    ],
    folder: Annotated[Path, typer.Option("--out", "-o", help="Folder for the tables.")] = Path(
        "agreement"
    ),
    rate: Annotated[
        float, typer.Option("--at", help="Moments a second at which answers are compared.")
    ] = 10.0,
    words: Annotated[
        Path | None,
        typer.Option(
            help="A table (.csv) with word and label: what the coders' words mean.",
            show_default=False,
        ),
    ] = None,
    shift: Annotated[
        float, typer.Option(help="Seconds to add to the coders' times; may be negative.")
    ] = 0.0,
    between: Annotated[
        str | None,
        typer.Option(
            help="What moments without a code mean, such as neutral, between a coder's first code "
            "and last; if not said, they are left out.",
            show_default=False,
        ),
    ] = None,
    value: Annotated[
        str, typer.Option(help="The column of Mien's table that the coders' numbers are about.")
    ] = VALENCE_COLUMN,
    scale: Annotated[
        str | None,
        typer.Option(
            help="The ends of the coders' numbers, such as 1:9; they are brought onto -1 to 1 "
            "(valence) or 0 to 1 (anything else).",
            show_default=False,
        ),
    ] = None,
    person: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Number of the person who was coded; the study's participant, else who was seen "
            "longest, if not said.",
            show_default=False,
        ),
    ] = None,
    alone: Annotated[
        bool,
        typer.Option(
            "--alone",
            help="Only one person is in each recording: whoever Mien followed is that person, also "
            "under a second number after being out of sight.",
        ),
    ] = False,
    tier: Annotated[
        list[str] | None,
        typer.Option(help="Read this tier of ELAN files; may be given again.", show_default=False),
    ] = None,
    clips: Annotated[
        int,
        typer.Option(min=0, help="Cut so many of the longest disagreements out of the recordings."),
    ] = 0,
) -> None:
    """Compare what people coded with what Mien read: kappa, ICC, Krippendorff's alpha.

    Intervals are of 95 %, drawn by participant. Moments at which Mien or a coder is unsure are
    counted apart. Times are seconds from the beginning of the recording's file.

    Exit status: 0 compared, 2 wrong usage, 3 a clip could not be cut (the tables are written),
    1 anything else.
    """
    if not 0 < rate <= 1000:
        raise UsageError(f"{rate:g} is no rate", where="--at", hint="moments a second, such as 10")
    if alone and person is not None:
        raise UsageError("--alone and --person contradict each other")
    told = {} if words is None else read_words(words)
    silent = _label_between(between, told)
    coded = find_codes(codes, tier or ())
    read = read_rows(rows, value=value, person=person, alone=alone)
    moments = line_up(
        read,
        coded,
        rate=rate,
        words=told,
        shift=shift,
        between=silent,
        scale=_ends(scale, value),
    )
    found = compare(moments, rate)
    if not found.measures:
        raise UsageError("no moment can be compared", where=", ".join(codes), hint=_why(found))
    cut, failed = _clips(found, moments, folder, clips)
    write_agreement(folder, found, cut)
    _show(found, folder)
    raise typer.Exit(EXIT_SOME_UNREADABLE if failed else 0)


def _label_between(text: str | None, told: dict[str, str]) -> str | None:
    if text is None:
        return None
    label = meaning(text, told)
    if not label or label == UNSURE:
        raise UsageError(
            f"{text!r} is no label", where="--between", hint=did_you_mean(text, VALENCE)
        )
    return label


def _ends(text: str | None, value: str) -> tuple[float, float, float, float] | None:
    if text is None:
        return None
    match = re.fullmatch(r"(-?\d+(?:\.\d+)?):(-?\d+(?:\.\d+)?)", text.strip())
    low, high = (float(match[1]), float(match[2])) if match else (0.0, 0.0)
    if low == high:
        raise UsageError(f"{text!r} is no scale", where="--scale", hint="its ends, such as 1:9")
    return low, high, -1.0 if value == VALENCE_COLUMN else 0.0, 1.0


def _why(found: PeopleAndMien) -> str:
    apart = [
        f"{each.coder}: {each.coded} moments coded, {each.mien_unsure} Mien unsure, "
        f"{each.not_seen} no face seen"
        for each in found.counted
    ]
    return "; ".join([*apart, *found.notes])


def _clips(
    found: PeopleAndMien, moments: Moments, folder: Path, wanted: int
) -> tuple[list[str], bool]:
    read = {one.recording.path: one.recording for one in moments.recordings}
    cut: list[str] = []
    failed = False
    for number, each in enumerate(found.disagreements[:wanted], start=1):
        name = f"clips/{number:02}-{each.people.replace('/', '-')}-{each.mien}.mp4"
        try:
            cut_clip(each, read[each.path], folder / name)
        except VideoError as error:
            print_error(f"no clip: {error}")
            failed, name = True, ""
        cut.append(name)
    return cut, failed


def _show(found: PeopleAndMien, folder: Path) -> None:
    table = Table(box=None, pad_edge=False)
    table.add_column("raters")
    table.add_column("measure")
    for name in ("value", "95 %", "moments"):
        table.add_column(name, justify="right")
    for each in found.measures:
        table.add_row(
            " + ".join(each.raters),
            each.measure.replace("_", " "),
            _number(each.estimate.value),
            _interval(each.estimate),
            str(each.moments),
        )
    out.print(table)
    for one in found.counted:
        if not one.coded:
            continue
        out.print(
            f"{one.coder}: {count(one.coded, 'moment')} coded; {one.compared} compared, "
            f"{one.unsure} coded as unsure, {one.mien_unsure} Mien unsure, "
            f"{one.not_seen} no face seen",
            markup=False,
        )
    seconds = sum(each.seconds for each in found.disagreements)
    out.print(
        f"compared {found.rate:g} times a second; "
        f"{count(len(found.disagreements), 'disagreement')}, {seconds:.1f} s: "
        f"{folder / 'disagreements.csv'}",
        markup=False,
    )
    for note in found.notes:
        print_note(note)


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _interval(each: WithInterval) -> str:
    return "" if each.low is None or each.high is None else f"{each.low:.2f} to {each.high:.2f}"
