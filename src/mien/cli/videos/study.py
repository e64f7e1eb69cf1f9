"""``mien study``: many recordings of many participants, to tables."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from mien.cli.console import err, out, print_error, print_note
from mien.cli.exit_status import EXIT_INTERRUPTED, EXIT_SOME_UNREADABLE
from mien.cli.gathered import gathered
from mien.cli.videos.stopping import stop_on_signal
from mien.cli.videos.stream_options import StreamOptions
from mien.cli.videos.study_workers import read_all
from mien.errors import UsageError
from mien.media.study.chosen_people import (
    CHOICES,
    Found,
    read_choices,
    write_choices,
    write_people_page,
)
from mien.media.study.events import read_events
from mien.media.study.participant import Who
from mien.media.study.read_recording import Wanted
from mien.media.study.recordings import Recording, find_recordings
from mien.media.study.study_folder import RECORDINGS, SUMMARY, begin, what_is_done, write_tables
from mien.packaged import find_model, sha256_of
from mien.version import __version__
from mien.wording import count


class StudyEngine(StrEnum):
    """What reads several recordings at once."""

    PROCESSES = "processes"
    RAY = "ray"


@gathered
def study(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="recordings",
            help="Video files, folders of them, patterns; or a table (.csv) with the column file, "
            "and participant, session, condition, start, end as far as wanted.",
        ),
    ],
    folder: Annotated[
        Path, typer.Option("--out", "-o", help="Folder of the study: a new one, or one to go on.")
    ] = Path("study"),
    events: Annotated[
        Path | None,
        typer.Option(
            help="A table (.csv) with label, start, end, and participant, session if wanted: a row "
            "of its own for each such part.",
            show_default=False,
        ),
    ] = None,
    baseline: Annotated[
        str | None,
        typer.Option(help="Seconds to compare everything with, such as 0:10.", show_default=False),
    ] = None,
    rate: Annotated[
        float | None,
        typer.Option(
            "--at",
            help="Also write the participant's course at so many rows a second, gaps stated.",
            show_default=False,
        ),
    ] = None,
    who: Annotated[
        Who,
        typer.Option(
            help="Who is the participant: seen longest, largest, or at one side; or asked: a page "
            "with a still of each person is written, on which you choose."
        ),
    ] = Who.PRESENT,
    participants: Annotated[
        Path | None,
        typer.Option(
            help="A table (.csv) with recording and person, as that page saves it: they are the "
            "participants, whatever --who says.",
            show_default=False,
        ),
    ] = None,
    fps: Annotated[
        float | None,
        typer.Option(help="Read at most so many frames a second.", show_default=False),
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="Recordings that are read at once.")] = 1,
    engine: Annotated[
        StudyEngine,
        typer.Option(
            help="What reads several at once: processes of this computer, or Ray (extra cluster)."
        ),
    ] = StudyEngine.PROCESSES,
    address: Annotated[
        str | None,
        typer.Option(
            help="With --engine ray: a running cluster's head, host:6379 or auto; Ray on this "
            "computer if not said.",
            show_default=False,
        ),
    ] = None,
    *,
    options: StreamOptions,
) -> None:
    """Read many recordings: a table of all frames, and a row each participant, session and person.

    What is done is kept: after a stop, or a crash, the same call goes on where it was.

    Exit status: 0 all read, 2 wrong usage, 3 some could not be read (one line each says why),
    130 interrupted, 1 anything else.
    """
    if address is not None and engine is not StudyEngine.RAY:
        raise UsageError("--address is about a cluster: use it with --engine ray")
    if engine is StudyEngine.RAY:
        from mien.album.indexing.ray_engine import require_ray

        require_ray()  # Before a folder is made.
    recordings = find_recordings(sources)
    wanted = Wanted(
        who,
        fps,
        _window(baseline),
        () if events is None else read_events(events),
        _positive(rate, "--at"),
    )
    if participants is not None:
        read_choices(participants, None)  # Said now, and not after hours of reading.
    begin(folder, _settings(wanted, options))
    waiting = [each for each in recordings if what_is_done(folder, each) is None]
    if len(waiting) < len(recordings):
        print_note(f"{count(len(recordings) - len(waiting), 'recording')} done before")
    unread: dict[str, str] = {}
    with stop_on_signal() as stopped, err.status("reading") as status:
        if engine is StudyEngine.RAY:
            from mien.cli.videos.study_ray import read_with_ray

            where = address or "local"
            outcomes = read_with_ray(waiting, wanted, folder, options, workers, stopped, where)
        else:
            outcomes = read_all(waiting, wanted, folder, options, workers, stopped)
        for number, (recording, problem) in enumerate(outcomes, 1):
            if problem is not None:
                unread[recording.name] = problem
                print_error(problem)
            status.update(f"reading: {number} of {len(waiting)} done")
        interrupted = stopped()
    done = {each.name: what_is_done(folder, each) for each in recordings}
    known = {name: found for name, found in done.items() if found is not None}
    chosen = _chosen(folder, participants, known)
    lost = write_tables(folder, recordings, unread, chosen)
    if interrupted:
        print_note(f"interrupted; go on with the same call. What is done is in {folder}")
        raise typer.Exit(EXIT_INTERRUPTED)
    read = len(recordings) - len(unread)
    out.print(f"{count(read, 'recording')} of {len(recordings)} read", markup=False)
    out.print(f"a row a participant, session and person: {folder / SUMMARY}", markup=False)
    out.print(f"a row a face and frame: {folder / 'frames'}", markup=False)
    out.print(f"what was read and lost: {folder / RECORDINGS}", markup=False)
    if who is Who.ASKED:
        _ask(folder, recordings, known, chosen)
    shown = {row["event"] for found in known.values() for row in found["rows"]}
    for label in dict.fromkeys(event.label for event in wanted.events):
        if label not in shown:
            print_note(f"the event {label!r} lies in none of the recordings")
    for file, losses in lost.items():
        print_error(f"{file}: read on, but {'; '.join(losses)}")
    raise typer.Exit(EXIT_SOME_UNREADABLE if unread or lost else 0)


def _chosen(
    folder: Path, participants: Path | None, known: dict[str, Found]
) -> dict[str, int | None]:
    """What was said before, and now; kept in the folder."""
    before = folder / CHOICES
    chosen = read_choices(before, None) if before.is_file() else {}
    if participants is not None:
        chosen |= read_choices(participants, known)
        write_choices(folder, chosen)
    return chosen


def _ask(
    folder: Path,
    recordings: list[Recording],
    known: dict[str, Found],
    chosen: dict[str, int | None],
) -> None:
    shown = [
        (each.name, each.participant, known[each.name]) for each in recordings if each.name in known
    ]
    page = write_people_page(folder, shown, chosen)
    missing = sum(name not in chosen for name in known)
    if missing:
        out.print(
            f"{count(missing, 'recording')} without a participant: choose on {page}, then the same "
            "call with --participants participants.csv",
            markup=False,
        )


def _window(text: str | None) -> tuple[float, float] | None:
    if text is None:
        return None
    match = re.fullmatch(r"(\d+(?:\.\d+)?)[:-](\d+(?:\.\d+)?)", text.strip())
    window = (float(match[1]), float(match[2])) if match else (0.0, 0.0)
    if window[1] <= window[0]:
        raise UsageError(f"{text!r} is no stretch of seconds", where="--baseline", hint="try 0:10")
    return window


def _positive(value: float | None, option: str) -> float | None:
    if value is not None and not 0 < value <= 1000:
        raise UsageError(f"{value} is no rate", where=option, hint="rows a second, such as 10")
    return value


def _settings(wanted: Wanted, options: StreamOptions) -> dict[str, object]:
    """What decides the numbers, so that one folder never holds two kinds."""
    return {
        "mien": __version__,
        "model": sha256_of(find_model(options.model)),
        "reading": options.reading or ("balanced" if options.balanced else ""),
        "detector": options.detector,
        "detect_every": options.detect_every,
        "smooth": options.smooth,
        "min_face": options.min_face,
        "size": options.size,
        "rotate": options.rotate,
        "signs": options.signs,
        "body": options.body,
        "focal": options.focal,
        "who": wanted.who.value,
        "fps": wanted.fps,
        "baseline": None if wanted.baseline is None else list(wanted.baseline),
        "events": [
            [each.label, each.start, each.end, each.participant, each.session]
            for each in wanted.events
        ],
        "at": wanted.rate,
    }
