"""Minutes of training until PublicTest is read so well: a row a run, from the runs' own logs.

    python benchmarks/leaderboard.py       # prints it, and writes results/leaderboard.md

``results/leaderboard.csv`` names the runs: the log of a run (``log.csv``, kept in ``results/``),
its recipe, commit, date and machine. Add a line for a run of yours.
"""

from __future__ import annotations

import csv
from pathlib import Path

RESULTS = Path(__file__).resolve().parent / "results"
RUNS, PAGE = RESULTS / "leaderboard.csv", RESULTS / "leaderboard.md"
STEPS = (0.65, 0.67, 0.68, 0.69, 0.70, 0.71, 0.72, 0.73)

HEAD = """# How fast to how much

Minutes of training on one core until PublicTest is read so well for the first time, single view,
as the run's own log has it after each epoch (bfloat16, averaged weights). Time in which the machine
did other things, too, is in them. *Before* are the minutes of the run that it began from. Choices
are made on PublicTest, so that these figures flatter; PrivateTest stands on the models' cards.

"""
FOOT = """
`python benchmarks/leaderboard.py` makes this page from the logs that
[leaderboard.csv](leaderboard.csv) names.
"""


def main() -> None:
    """Write the page."""
    with RUNS.open(encoding="utf-8", newline="") as stream:
        runs = list(csv.DictReader(stream))
    rows = sorted((row_of(run) for run in runs), key=lambda row: -float(row[3]))
    heads = ["run", "MMAC", "epochs", "best, %", *(f"{step:.0%}" for step in STEPS)]
    heads += ["minutes", "before", "recipe", "commit", "date", "machine"]
    lines = ["| " + " | ".join(heads) + " |", "| --- " + "| ---: " * 13 + "| --- " * 4 + "|"]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    text = HEAD + "\n".join(lines) + "\n" + FOOT
    PAGE.write_text(text, "utf-8")
    print(text)


def row_of(run: dict[str, str]) -> list[str]:
    """A run's cells."""
    with (RESULTS / run["log"]).open(encoding="utf-8", newline="") as stream:
        epochs = list(csv.DictReader(stream))
    accuracies = [float(epoch["public_accuracy"]) for epoch in epochs]
    minutes = [0.0]
    for epoch in epochs:
        minutes.append(minutes[-1] + float(epoch["seconds"]) / 60)
    reached = [first_minute(accuracies, minutes[1:], step) for step in STEPS]
    return [
        run["run"],
        run["mmac"],
        str(len(epochs)),
        f"{100 * max(accuracies):.2f}",
        *("" if minute is None else f"{minute:.0f}" for minute in reached),
        f"{minutes[-1]:.0f}",
        run["minutes_before"],
        f"[{Path(run['recipe']).stem}](../../{run['recipe']})",
        run["commit"],
        run["date"],
        run["machine"],
    ]


def first_minute(accuracies: list[float], minutes: list[float], step: float) -> float | None:
    """When ``step`` was first reached; None when never."""
    pairs = zip(accuracies, minutes, strict=True)
    return next((minute for accuracy, minute in pairs if accuracy >= step), None)


if __name__ == "__main__":
    main()
