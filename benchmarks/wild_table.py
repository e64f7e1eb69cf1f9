"""What users are shown of photos that nobody trained on, as a Markdown table.

    mien evaluate default PHOTOS --end-to-end --out found/default-everyday
    mien evaluate default PHOTOS --end-to-end --reading fer2013 --out found/default-fer2013
    python benchmarks/wild_table.py found/*

reads the ``end-to-end.json`` of each folder and prints a column for each.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

NATURAL_MIX = {"neutral": 0.52, "happy": 0.43, "surprise": 0.02, "sad": 0.015, "angry": 0.015}
"""Shares of the five frequent expressions among all press photos of the source."""


def main() -> None:
    found = [
        json.loads(Path(folder, "end-to-end.json").read_text("utf-8")) for folder in sys.argv[1:]
    ]
    if not found:
        sys.exit(__doc__)
    print(table_of(found))


def table_of(found: list[dict[str, Any]]) -> str:
    """Markdown: a row a figure, a column a model and reading."""
    heads = ["", *(f"{each['model']}, {each['reading']}" for each in found)]
    lines = [row(heads), "| --- " + "| ---: " * len(found) + "|"]
    for words, key in (
        ("right, %", "right"),
        ("mean of the five frequent classes, %", "mean_of_classes"),
    ):
        lines.append(row([words, *(cell(each[key]) for each in found)]))
    lines.append(row(["accuracy at the natural mix, %", *(f"{100 * mix(e):.1f}" for e in found)]))
    for label in NATURAL_MIX:
        lines.append(row([f"{label}: right, %", *(cell(of_class(e, label)["top"]) for e in found)]))
    for words, key in (
        ("answered (not *unsure*), %", "answered"),
        ("right when answered, %", "right_when_answered"),
        ("calibration error, %", "calibration_error"),
        ("neutral faces shown a negative word, %", "neutral_shown_negative"),
    ):
        lines.append(row([words, *(cell(each[key]) for each in found)]))
    for group in found[0]["groups"]:
        named = f"{group['column']} {group['group']}"
        for words, key in (
            ("neutral shown a negative word", "neutral_shown_negative"),
            ("happy shown as happy", "happy_shown"),
            ("unsure", "unsure"),
        ):
            cells = [cell(of_group(each, group)[key]) for each in found]
            lines.append(row([f"{named}: {words}, %", *cells]))
    for gap in found[0]["gaps"]:
        words = f"{gap['column']}, {' less '.join(gap['groups'])}: the same of neutral, points"
        lines.append(row([words, *(cell(e["gaps"][0]["neutral_shown_negative"]) for e in found)]))
    lines.append(row(["faces missed", *(str(each["missed"]) for each in found)]))
    return "\n".join(lines)


def of_class(found: dict[str, Any], label: str) -> dict[str, Any]:
    return next(each for each in found["classes"] if each["label"] == label)


def of_group(found: dict[str, Any], group: dict[str, Any]) -> dict[str, Any]:
    wanted = group["column"], group["group"]
    return next(each for each in found["groups"] if (each["column"], each["group"]) == wanted)


def mix(found: dict[str, Any]) -> float:
    return sum(
        share * of_class(found, label)["top"]["value"] for label, share in NATURAL_MIX.items()
    )


def cell(value: dict[str, float]) -> str:
    return f"{100 * value['value']:.1f} ({100 * value['low']:.1f} to {100 * value['high']:.1f})"


def row(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"


if __name__ == "__main__":
    main()
