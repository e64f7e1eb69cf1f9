"""Subtitles, WebVTT and SubRip: what each person shows, while it lasts."""

from __future__ import annotations

from itertools import pairwise

from mien.media.of_others.bouts_sink import BoutsSink, called
from mien.media.summary.summary import Bout, VideoSummary

Cue = tuple[float, float, str]

_SHORTEST = 0.15
"""Seconds: nobody reads what is there for less."""


class WebVttSink(BoutsSink):
    """Writes ``.vtt`` (W3C, WebVTT)."""

    def _written(self, summary: VideoSummary) -> str:
        cues = "".join(
            f"\n{_clock(start, '.')} --> {_clock(end, '.')}\n{text}\n"
            for start, end, text in cues_of(summary)
        )
        return f"WEBVTT\n{cues}"


class SubRipSink(BoutsSink):
    """Writes ``.srt``."""

    def _written(self, summary: VideoSummary) -> str:
        return "\n".join(
            f"{number}\n{_clock(start, ',')} --> {_clock(end, ',')}\n{text}\n"
            for number, (start, end, text) in enumerate(cues_of(summary), 1)
        )


def cues_of(summary: VideoSummary) -> list[Cue]:
    """Start, end and text of each subtitle, in order: one until anybody's label changes."""
    changes = sorted(
        {
            round(time, 3)
            for person in summary.people
            for b in person.bouts
            for time in (b.start, b.end)
        }
    )
    alone = len(summary.people) == 1
    cues: list[Cue] = []
    for start, end in pairwise(changes):
        shown = [
            bout.label if alone else f"{called(person.id)}: {bout.label}"
            for person in summary.people
            for bout in person.bouts
            if _covers(bout, start, end)
        ]
        text = "\n".join(shown)
        if not shown or end - start < _SHORTEST:
            continue
        last = cues[-1] if cues else None
        if last is not None and last[2] == text and start - last[1] < _SHORTEST:
            cues[-1] = (last[0], end, text)
        else:
            cues.append((start, end, text))
    return cues


def _covers(bout: Bout, start: float, end: float) -> bool:
    return bout.start <= start + 1e-3 and bout.end >= end - 1e-3


def _clock(seconds: float, mark: str) -> str:
    whole = round(1000 * seconds)
    hours, rest = divmod(whole, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    return f"{hours:02}:{minutes:02}:{rest // 1000:02}{mark}{rest % 1000:03}"
