"""What ``mien video`` shows: a bar while it reads, then who was seen and what went wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from mien.cli.console import err
from mien.media.summary.summary import VideoSummary
from mien.wording import count


@contextmanager
def reading_bar(
    what: str, seconds: float | None, start: float
) -> Iterator[Callable[[float], None]]:
    """A bar on standard error, on a terminal; takes the time of the frame that was read."""
    with Progress(
        TextColumn(what),
        BarColumn(),
        TextColumn("{task.fields[at]}"),
        TimeRemainingColumn(),
        console=err,
        transient=True,
        disable=not err.is_terminal,
    ) as bar:
        task = bar.add_task("", total=seconds, at="")
        yield lambda time: bar.update(task, completed=time - start, at=f"{time:.1f} s")


def people_table(summary: VideoSummary) -> Table:
    """Who was seen, for how long, and what they expressed most."""
    table = Table(box=None, pad_edge=False)
    for name in ("person", "from", "to", "seen", "valence"):
        table.add_column(name, justify="right")
    table.add_column("expressions")
    others = () if summary.others is None else (summary.others,)
    for person in (*summary.people, *others):
        shares = sorted(person.share.items(), key=lambda item: -item[1])
        words = ", ".join(f"{label} {share:.0%}" for label, share in shares[:3] if share >= 0.005)
        table.add_row(
            count(person.people, "other") if person.id is None else str(person.id),
            f"{person.first:.1f} s",
            f"{person.last:.1f} s",
            f"{person.seconds:.1f} s",
            f"{person.valence:+.2f}",
            words,
        )
    length = summary.end - summary.start
    people = f"{len(summary.people)} {'person' if len(summary.people) == 1 else 'people'}"
    table.caption = f"{count(summary.frames, 'frame')}, {length:.1f} s, {people}"
    table.caption_justify = "left"
    return table


def interruption(at: str, kept: Sequence[str], lost: Sequence[str]) -> str:
    """One line that says how far it came, and where that is to be found."""
    what = (
        f"complete up to there: {', '.join(kept)}" if kept else "what is printed goes up to there"
    )
    return "; ".join([f"interrupted at {at}", what, *lost])
