"""How often a journal is wrong, and how soon it notices: by simulated people.

    python benchmarks/journal.py [--people 200] [--out benchmarks/results/journal.md]

For each kind of person (see ``KINDS``): false flags in a year of check-ins without any change, by
chart and for any of them, with a one-sided 95 % upper bound of the mean (bootstrap over people).
For each size of change: in how many people it is told within 60 days, and after how many days, with
the camera and with self-report alone. ``--camera-noise`` measures how far the signs differ between
made clips of one picture, which is what the camera itself adds.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np

from mien.journal.change.change import CHARTS, LIMITS, OWN, Analysis, analyse
from mien.journal.change.simulated import Change, Person, simulate
from mien.journal.kept.check_in import SIGNS, CameraMeasures
from mien.journal.measuring import Measuring

KINDS: dict[str, Person] = {
    "usual": Person(),
    "every day": Person(missed=0.0),
    "moods that last": Person(persistence=0.8),
    "moods that change": Person(persistence=0.2, report_noise=0.8),
    "strong weekends": Person(weekend=0.8),
    "noisy signs, heavy tails": Person(sign_noise=1.5, heavy_tails=True),
    "half the days missed": Person(missed=0.5),
    "steady": Person(spread=0.3, report_noise=0.2),
}
CHANGES: dict[str, Change] = {
    "-0.5, sudden": Change(-0.5, 200),
    "-1, sudden": Change(-1, 200),
    "-1.5, sudden": Change(-1.5, 200),
    "-2, sudden": Change(-2, 200),
    "-1, over 60 days": Change(-1, 200, over=60),
    "-2, over 60 days": Change(-2, 200, over=60),
}
"""In the person's own day-to-day spread, from day 200 on."""

SIGN_SHARES = (0.2, 0.5)
"""Correlation of each sign with the mood on one day: weak, and stronger than studies find."""

YEAR, WITHIN = 365, 60


def episodes(analysis: Analysis, charts: tuple[str, ...]) -> int:
    """Times that something begins to be told; it ends when all are back within half the limits."""
    count, told = 0, False
    for at in range(len(analysis.series.days)):
        if any(analysis.flagged[chart][at] for chart in charts):
            count += not told
            told = True
        elif told and not any(_low(analysis, chart, at) for chart in charts):
            told = False
    return count


def _low(analysis: Analysis, chart: str, at: int) -> bool:
    found = analysis.differences[chart][at]
    return found is not None and found.strength < -LIMITS[chart] / 2


def false_flags(person: Person, people: int) -> dict[str, np.ndarray]:
    """Episodes in a year without a change, of each person, by chart and of any."""
    found: dict[str, list[int]] = {chart: [] for chart in (*CHARTS, "any")}
    for seed in range(people):
        analysis = analyse(simulate(person, YEAR, np.random.default_rng(seed)))
        for chart in CHARTS:
            found[chart].append(episodes(analysis, (chart,)))
        found["any"].append(episodes(analysis, CHARTS))
    return {chart: np.array(counts) for chart, counts in found.items()}


def upper_bound(counts: np.ndarray) -> float:
    """One-sided 95 % upper bound of the mean, by 2,000 resamples of people."""
    rng = np.random.default_rng(0)
    means = counts[rng.integers(0, len(counts), (2000, len(counts)))].mean(axis=1)
    return float(np.quantile(means, 0.95))


def delays(person: Person, change: Change, people: int) -> tuple[np.ndarray, np.ndarray]:
    """Days from the change to the first flag, of each person; infinity where none comes in time.

    By self-report alone, and with the camera; both are of the same analysis, as the chart of the
    person's own mood knows nothing of the signs.
    """
    alone, both = [], []
    for seed in range(people):
        rng = np.random.default_rng(10_000 + seed)
        check_ins = simulate(person, change.start + WITHIN + change.over, rng, change)
        analysis = analyse(check_ins)
        alone.append(_first(analysis, check_ins, change, (OWN,)))
        both.append(_first(analysis, check_ins, change, CHARTS))
    return np.array(alone), np.array(both)


def _first(analysis: Analysis, check_ins: list, change: Change, charts: tuple[str, ...]) -> float:
    days = (
        _day(check_ins, one) - change.start
        for at, one in enumerate(check_ins)
        if any(analysis.flagged[chart][at] for chart in charts)
    )
    return next((float(day) for day in days if day >= 0), np.inf)


def _day(check_ins: list, one: object) -> int:
    return (one.at - check_ins[0].at).days  # type: ignore[attr-defined]


def camera_noise(clips: int = 8) -> dict[str, tuple[float, float]]:
    """Mean and spread of each sign between made clips of one picture."""
    from mien.media.image import read_image
    from mien.packaged import ASTRONAUT, packaged_path
    from mien.vision.stream import StreamAnalyzer

    picture = read_image(packaged_path(ASTRONAUT))
    rng = np.random.default_rng(0)
    measured: list[CameraMeasures] = []
    for _ in range(clips):
        analyzer, measuring = StreamAnalyzer(signs=True, threads=1), Measuring()
        light = rng.uniform(0.8, 1.2)
        for step in range(40):
            noisy = picture * light + rng.normal(0, 4, picture.shape)
            shift = rng.integers(0, 5, 2)
            moved = np.roll(noisy, tuple(shift), axis=(0, 1))
            image = np.clip(moved, 0, 255).astype(np.uint8)
            measuring.add(analyzer.analyze(image, step / 10), image)
        measured.append(measuring.finish())
    return {
        name: (
            float(np.mean([getattr(each, name) for each in measured])),
            float(np.std([getattr(each, name) for each in measured], ddof=1)),
        )
        for name in SIGNS
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--camera-noise", action="store_true")
    options = parser.parse_args()
    if options.camera_noise:
        for name, (mean, spread) in camera_noise().items():
            print(f"| {name} | {mean:.3f} | {spread:.4f} |")
        return
    text = report(options.people, lambda line: print(line, file=sys.stderr, flush=True))
    if options.out:
        options.out.write_text(text)
    else:
        print(text)


def report(people: int, say: Callable[[str], None]) -> str:
    """The whole page."""
    lines = [
        "# How often a journal is wrong, and how soon it notices",
        "",
        f"{people} simulated people a row, {date.today()}, `python benchmarks/journal.py --people "
        f"{people}`; what they are like: "
        "[simulated.py](../../src/mien/journal/change/simulated.py). "
        f"Limits, in standard errors: {', '.join(f'{c} {LIMITS[c]}' for c in CHARTS)}.",
        "",
        "## False flags in a year of check-ins in which nothing changes",
        "",
        "Mean a person, and in brackets the one-sided 95 % upper bound of it.",
        "",
        "| people | " + " | ".join((*CHARTS, "any")) + " |",
        "| --- |" + " ---: |" * (len(CHARTS) + 1),
    ]
    for name, person in KINDS.items():
        counts = false_flags(person, people)
        cells = (f"{each.mean():.2f} (≤ {upper_bound(each):.2f})" for each in counts.values())
        lines.append(f"| {name} | {' | '.join(cells)} |")
        say(lines[-1])
    lines += [
        "",
        "## Changes: how many are told within 60 days, and after how many",
        "",
        "Size in the person's own day-to-day spread of mood; a slow change has 60 days more. "
        "*Camera adds*: told with the camera and not without. Days: the median of those told.",
        "",
        "| change | signs follow the mood by | self-report alone | with the camera | camera adds |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for name, change in CHANGES.items():
        for share in SIGN_SHARES:
            person = replace(KINDS["usual"], sign_share=share)
            alone, both = delays(person, change, people)
            adds = np.mean(np.isfinite(both)) - np.mean(np.isfinite(alone))
            lines.append(
                f"| {name} | {share} | {_told(alone)} | {_told(both)} | {100 * adds:+.0f} points |"
            )
            say(lines[-1])
    return "\n".join([*lines, ""])


def _told(found: np.ndarray) -> str:
    told = np.isfinite(found)
    after = f", after {np.median(found[told]):.0f} days" if told.any() else ""
    return f"{100 * told.mean():.0f} %{after}"


if __name__ == "__main__":
    main()
