"""Praat's TextGrid: an interval tier a person, without gaps; empty where nothing was seen."""

from __future__ import annotations

from mien.media.of_others.bouts_sink import BoutsSink, called
from mien.media.summary.summary import Bout, VideoSummary


class TextGridSink(BoutsSink):
    """Writes ``.TextGrid`` in Praat's long form."""

    def _written(self, summary: VideoSummary) -> str:
        end = max(summary.end, 0.001)
        lines = [
            'File type = "ooTextFile"',
            'Object class = "TextGrid"',
            "",
            "xmin = 0",
            f"xmax = {end:.6f}",
            "tiers? <exists>" if summary.people else "tiers? <absent>",
        ]
        if summary.people:
            lines += [f"size = {len(summary.people)}", "item []:"]
        for number, person in enumerate(summary.people, 1):
            intervals = _filled(person.bouts, end)
            lines += [
                f"    item [{number}]:",
                '        class = "IntervalTier"',
                f'        name = "{called(person.id)}"',
                "        xmin = 0",
                f"        xmax = {end:.6f}",
                f"        intervals: size = {len(intervals)}",
            ]
            for at, one in enumerate(intervals, 1):
                lines += [
                    f"        intervals [{at}]:",
                    f"            xmin = {one.start:.6f}",
                    f"            xmax = {one.end:.6f}",
                    f'            text = "{one.label}"',
                ]
        return "\n".join([*lines, ""])


def _filled(bouts: tuple[Bout, ...], end: float) -> list[Bout]:
    """The bouts and what is between them, from 0 to the end."""
    filled: list[Bout] = []
    at = 0.0
    for bout in bouts:
        start = max(bout.start, at)
        if start - at > 1e-6:
            filled.append(Bout("", at, start))
        if bout.end - start > 1e-6:
            filled.append(Bout(bout.label, start, min(bout.end, end)))
            at = min(bout.end, end)
    if end - at > 1e-6:
        filled.append(Bout("", at, end))
    return filled
