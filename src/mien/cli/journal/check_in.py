"""``mien journal check-in``: how you are, in your own words first."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import Annotated

import typer

from mien.cli.console import err, out, print_note
from mien.cli.journal.opened import JournalFile, opened
from mien.cli.journal.whom_to_call import lines_of, say_whom_to_call
from mien.cli.options import ModelName, Threads
from mien.errors import UsageError
from mien.journal.change.change import analyse
from mien.journal.change.findings import find
from mien.journal.consent import CONSENT
from mien.journal.kept.check_in import MOODS, CameraMeasures, CheckIn, poor_because
from mien.journal.kept.questionnaires import ANSWERS, QUESTION, QUESTIONNAIRES, Answered, answered
from mien.journal.kept.tasks import TASKS

YES = "--yes says that you agree"


def check_in(
    mood: Annotated[
        int | None,
        typer.Option(min=1, max=5, help="1 very low to 5 very good.", show_default=False),
    ] = None,
    words: Annotated[str | None, typer.Option(help="How you are.", show_default=False)] = None,
    sleep: Annotated[
        float | None, typer.Option(min=0, max=24, help="Hours slept.", show_default=False)
    ] = None,
    notes: Annotated[str, typer.Option(help="Anything else.", show_default=False)] = "",
    phq2: Annotated[
        str | None,
        typer.Option(
            "--phq-2",
            help="Two answers of 0 to 3, as 1,0; or ask, to be asked the questions.",
            show_default=False,
        ),
    ] = None,
    phq8: Annotated[
        str | None,
        typer.Option("--phq-8", help="Likewise eight answers.", show_default=False),
    ] = None,
    video: Annotated[
        str | None,
        typer.Option(
            help="A video of you, or camera:0 for the camera: numbers are taken of it, no picture "
            "is kept.",
            show_default=False,
        ),
    ] = None,
    task: Annotated[
        str, typer.Option(help=f"What you do before the camera: {', '.join(TASKS)}.")
    ] = "read",
    seconds: Annotated[
        float | None,
        typer.Option(
            min=20,
            max=300,
            help="How long the camera looks; the task's own by default.",
            show_default=False,
        ),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Agree to what is computed of a video.")
    ] = False,
    lock: Annotated[
        bool, typer.Option("--passphrase", help="Give a new journal a passphrase.")
    ] = False,
    model: ModelName = None,
    threads: Threads = None,
    journal: JournalFile = None,
) -> None:
    """Say how you are, and see whether it differs from your usual."""
    if task not in TASKS:
        raise UsageError(f"no task {task!r}", hint=f"one of {', '.join(TASKS)}")
    asking = sys.stdin.isatty()
    if mood is None:
        if not asking:
            raise UsageError("say how you are: --mood 1 (very low) to 5 (very good)")
        mood = _ask_mood()
        words = typer.prompt("In your own words", default="", show_default=False, err=True)
    questionnaire = _questionnaire({"phq-2": phq2, "phq-8": phq8})
    measures = None
    if video is not None:
        _agree(yes, asking=asking)
        measures = _measured(video, task, seconds or TASKS[task].seconds, model, threads)
    entry = CheckIn(
        at=datetime.now().astimezone(),
        mood=mood,
        words=words or "",
        questionnaire=questionnaire,
        sleep=sleep,
        notes=notes,
        task=None if measures is None else task,
        measures=measures,
    )
    with opened(journal, create=True, lock=lock) as kept:
        kept.add(entry)
        found = find(analyse(kept.check_ins()))
    out.print("kept")
    if measures is not None and (poor := poor_because(measures)):
        print_note(f"the camera's part will not be used: {poor}")
    out.print(found.sentence)
    for statement in found.statements:
        out.print(f"- {statement.sentence} {statement.certainty}")
    if found.questionnaire_is_high:
        say_whom_to_call(lines_of(None, journal), first=True)
    elif found.statements:
        out.print("what you can do, and whom you can call: mien journal show")


def _ask_mood() -> int:
    err.print("How are you? " + ", ".join(f"{step} {word}" for step, word in MOODS.items()))
    return int(typer.prompt("Mood", type=int, err=True))


def _questionnaire(given: dict[str, str | None]) -> Answered | None:
    named = {name: text for name, text in given.items() if text is not None}
    if len(named) > 1:
        raise UsageError("give either --phq-2 or --phq-8: the longer one has both questions")
    for name, text in named.items():
        if text == "ask":
            return answered(name, _asked(name))
        try:
            return answered(name, [int(part) for part in text.split(",")])
        except ValueError as error:
            raise UsageError(f"--{name} is {text!r}", hint="answers of 0 to 3, as 1,0,…") from error
    return None


def _asked(name: str) -> list[int]:
    if not sys.stdin.isatty():
        raise UsageError(f"nobody can be asked here: give the answers, as --{name} 1,0,…")
    err.print(QUESTION)
    err.print(", ".join(f"{worth} {word}" for worth, word in enumerate(ANSWERS)))
    return [int(typer.prompt(item, type=int, err=True)) for item in QUESTIONNAIRES[name].items]


def _agree(yes: bool, *, asking: bool) -> None:
    if yes:
        return
    for line in CONSENT:
        err.print(line)
    if not asking:
        raise UsageError("nobody can be asked here", hint=YES)
    typer.confirm("Do you agree?", abort=True, err=True)


def _measured(
    source: str, task: str, seconds: float, model: str | None, threads: int | None
) -> CameraMeasures:
    from mien.journal.watching import measure_video

    is_camera = source.startswith("camera:")
    if is_camera:
        err.print(f"{TASKS[task].title}, for {seconds:.0f} seconds:")
        err.print(TASKS[task].prompt)
    with err.status("looking"):
        return measure_video(
            source, seconds if is_camera else None, model=model, threads=threads or 1
        )
