"""The tables of ``seeds.py``: CSV for programs, Markdown for docs, one protocol a table."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kept_logs import draw_accuracies

from mien.errors import RunError
from mien.lab.models import count_parameters
from mien.lab.pages.figures import new_figure
from mien.lab.training.recipe import load_recipe
from mien.lab.training.run import Run
from mien.lab.training.watching.read_log import read_epochs, read_log

HERE = Path(__file__).parent
RESULTS = HERE / "results"
TABLE, LOGS, CURVES = (RESULTS / name for name in ("seeds.csv", "seeds", "seeds.png"))
PAGE = HERE.parent / "docs" / "how-good.md"
BEGIN, END = "<!-- benchmarks/results/seeds.csv -->", "<!-- end of seeds.csv -->"
TEMPLATE = HERE / "seeds_page.md"

HONEST, KEPT, LEAKY = "honest", "twins kept", "leaky"
"""Protocols: Training without twins of test images; with them; balanced before it was split."""


def write_tables(plan: list[dict[str, str]], runs: Path) -> None:
    """What the runs that are there have measured; other rows stay as they were."""
    before = {(row["recipe"], row["protocol"]): row for row in kept_rows()}
    rows = []
    for found in (row for line in plan for row in rows_of(line, runs)):
        measured = found["private"] != ""
        rows.append(found if measured else before.get((found["recipe"], found["protocol"]), found))
    with TABLE.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    write_pages()


def kept_rows() -> list[dict[str, str]]:
    """``results/seeds.csv`` as it is written."""
    with TABLE.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def is_measured(command: str) -> bool:
    """Whether the table has what this command trains."""
    return any(row["command"] == command and row["private"] for row in kept_rows())


def write_pages() -> None:
    """``results/seeds.md`` and the tables of docs/how-good.md, from ``results/seeds.csv``."""
    rows = read_rows()
    text = TEMPLATE.read_text("utf-8").format(
        curves=draw_curves(),
        honest=honest(rows, HONEST),
        kept=honest(rows, KEPT),
        leaks=leaks(rows),
    )
    (RESULTS / "seeds.md").write_text(text, encoding="utf-8")
    page = PAGE.read_text("utf-8")
    before, after = page.split(BEGIN)[0], page.split(END)[1]
    PAGE.write_text(f"{before}{BEGIN}\n{page_table(rows)}\n{END}{after}", encoding="utf-8")
    print(text)


def read_rows() -> list[dict[str, Any]]:
    """``results/seeds.csv``, shares as numbers."""
    return [
        {key: float(value) if value and _is_share(key) else value for key, value in row.items()}
        for row in kept_rows()
    ]


CURVES_WORDS = """Learning curves of the runs since 2026-11-27, by epoch:

![Accuracy on Training and PublicTest by epoch](seeds.png)

"""


def draw_curves() -> str:
    """PublicTest by epoch of every run whose log is kept, and the words that show the picture."""
    logs = sorted(LOGS.glob("*.csv"))
    if not logs:
        return ""
    columns = 4
    lines = -(-len(logs) // columns)
    figure = new_figure(12, 2.4 * lines + 0.5)
    panels = figure.subplots(lines, columns, sharey=True, squeeze=False).flat
    for axes, path in zip(panels, logs, strict=False):
        draw_accuracies(axes, read_epochs(path), path.stem)
    figure.legend(*figure.axes[0].get_legend_handles_labels(), loc="outside lower center",
                  ncols=2, frameon=False)  # fmt: skip
    for axes in figure.axes[len(logs) :]:
        axes.set_visible(False)
    figure.savefig(CURVES)
    return CURVES_WORDS


def _is_share(key: str) -> bool:
    return key == "gap" or (key.startswith(("public", "private")) and "f1" not in key)


def page_table(rows: list[dict[str, Any]]) -> str:
    """The honest figures with what a leak would have shown; apart, those that kept the twins."""
    return (
        f"{_honest_table(rows)}\n\nThe recipes of Mien's own models keep the twins in Training, so "
        f"that their figures are no part of that table;\nthe column that both have is of the test "
        f"images without twins:\n\n{_kept_table(rows)}"
    )


def _kept_table(rows: list[dict[str, Any]]) -> str:
    head = ("recipe", "PublicTest, %", "PrivateTest, %", WITHOUT, "command")
    lines = ["| " + " | ".join(head) + " |", "| --- | ---: | ---: | ---: | --- |"]
    for found in rows:
        if found["protocol"] == KEPT:
            cells = [found["recipe"], interval(found, "public"), interval(found, "private"),
                     interval(found, "private_without_twins"),
                     f"`{found['command']}`"]  # fmt: skip
            lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


WITHOUT = "PrivateTest images without twins, %"


def _honest_table(rows: list[dict[str, Any]]) -> str:
    leaky = {found["recipe"]: found for found in rows if found["protocol"] == LEAKY}
    head = (
        "recipe",
        "published, %",
        "with the leak, %",
        "PublicTest, %",
        "PrivateTest, %",
        WITHOUT,
        "command",
    )
    lines = ["| " + " | ".join(head) + " |", "| --- | ---: | ---: | ---: | ---: | ---: | --- |"]
    for found in rows:
        if found["protocol"] != HONEST:
            continue
        leak = leaky.get(found["recipe"])
        cells = [found["recipe"], published(found),
                 interval(leak, "public") if leak else "", interval(found, "public"),
                 interval(found, "private") or "not measured",
                 interval(found, "private_without_twins"), f"`{found['command']}`"]  # fmt: skip
        lines.append("| " + " | ".join(str(cell) for cell in cells) + " |")
    return "\n".join(lines)


def published(found: dict[str, Any]) -> str:
    return " ".join(filter(None, (found["published"], bracketed(found["published_as"]))))


def rows_of(line: dict[str, str], runs: Path) -> list[dict[str, Any]]:
    trained = line["train"] != "no"
    recipe = load_recipe(line["recipe"], tuple(line["train"].split()) if trained else ())
    protocol = HONEST if recipe.data.twins == "drop" else KEPT
    run = Run(runs / f"{recipe.name}-s{recipe.seed}") if trained else None
    found = [row(line, run, protocol, command_of(line))]
    if line["leak"]:
        run = Run(runs / f"{recipe.name}-leaky-s{recipe.seed}")
        command = f"python benchmarks/seeds.py leak {line['recipe']}"
        found.append(row(line, run, LEAKY, command))
    return found


def command_of(line: dict[str, str]) -> str:
    """What trains the network of a line of the plan."""
    changed = line["train"].split() if line["train"] != "no" else ()
    return " ".join(["mien train", line["recipe"], *changed])


def row(line: dict[str, str], run: Run | None, protocol: str, command: str) -> dict[str, Any]:
    given: dict[str, Any] = {
        "recipe": line["recipe"],
        "protocol": protocol,
        "published": line["published"],
        "published_as": line["published_as"],
        "epochs": "",
        "epochs_of_recipe": load_recipe(line["recipe"]).epochs,
        "minutes": "",
        "parameters": "",
        "gap": "",
    }
    for split in ("public", "private", "private_without_twins"):
        given |= {split: "", f"{split}_low": "", f"{split}_high": ""}
    given |= {"public_macro_f1": "", "private_macro_f1": "", "command": command, "date": ""}
    if run is None:
        return given
    try:
        facts, evaluation = run.facts(), json.loads(run.evaluation.read_text("utf-8"))
    except (RunError, OSError):
        return given
    given["epochs"], given["minutes"] = facts["epochs"], facts["minutes"]
    given["parameters"] = count_parameters(run.load_model())[0]
    given["gap"] = kept_gap(run)
    ended = datetime.fromtimestamp(run.evaluation.stat().st_mtime, UTC)
    given["date"] = ended.date().isoformat()
    named = {("PublicTest", "all"): "public", ("PrivateTest", "all"): "private",
             ("PrivateTest", "without twins"): "private_without_twins"}  # fmt: skip
    for score in evaluation["scores"]:
        key = named.get((score["split"], score["rule"]))
        if score["head"] == "ferplus" or key is None:
            continue
        if score["metric"] == "accuracy":
            given[key], given[f"{key}_low"], given[f"{key}_high"] = (
                round(score[name], 4) for name in ("value", "low", "high")
            )
        if score["metric"] == "macro F1" and f"{key}_macro_f1" in given:
            given[f"{key}_macro_f1"] = round(score["value"], 4)
    return given


def kept_gap(run: Run) -> float | str:
    """Training less PublicTest accuracy after the epoch whose weights are kept."""
    log = read_log(run)
    if log is None:  # Of a Mien that did not write it.
        return ""
    kept = log[-1]
    if run.recipe().early_stopping is not None:
        kept = min(log, key=lambda epoch: epoch.public_loss)
    return round(kept.gap, 4)


def honest(rows: list[dict[str, Any]], protocol: str) -> str:
    lines = [f"| recipe | published, % | PublicTest, % | PrivateTest, % | {WITHOUT} | macro F1 | "
             "gap, points | epochs (of) | minutes | date | command |",
             "| --- " + "| ---: " * 8 + "| --- | --- |"]  # fmt: skip
    for found in rows:
        if found["protocol"] != protocol:
            continue
        measured = found["private"] != ""
        gap = f"{100 * found['gap']:.1f}" if found["gap"] != "" else ""
        epochs = f"{found['epochs']} ({found['epochs_of_recipe']})" if measured else "not measured"
        cells = [found["recipe"], published(found), interval(found, "public"),
                 interval(found, "private"), interval(found, "private_without_twins"),
                 found["private_macro_f1"], gap,
                 epochs, found["minutes"], found["date"], f"`{found['command']}`"]  # fmt: skip
        lines.append("| " + " | ".join(str(cell) for cell in cells) + " |")
    return "\n".join(lines)


def leaks(rows: list[dict[str, Any]]) -> str:
    lines = ["| recipe | published, % | with the leak: held-out fifth, % | the same network on "
             "PrivateTest, % | without the leak: PrivateTest, % | command of the leak |",
             "| --- | ---: | ---: | ---: | ---: | --- |"]  # fmt: skip
    honest_of = {found["recipe"]: found for found in rows if found["protocol"] == HONEST}
    for found in rows:
        if found["protocol"] == LEAKY and found["private"] != "":
            cells = [found["recipe"], found["published"], interval(found, "public"),
                     interval(found, "private"),
                     interval(honest_of[found["recipe"]], "private"),
                     f"`{found['command']}`"]  # fmt: skip
            lines.append("| " + " | ".join(str(cell) for cell in cells) + " |")
    return "\n".join(lines)


def interval(found: dict[str, Any], key: str) -> str:
    if found[key] == "":
        return ""
    low, high = 100 * found[f"{key}_low"], 100 * found[f"{key}_high"]
    return f"{100 * found[key]:.1f} ({low:.1f}–{high:.1f})"


def bracketed(text: str) -> str:
    return f"({text})" if text else ""
