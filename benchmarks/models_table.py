"""What docs/how-good.md says of the packaged models, from the cards inside their files.

python benchmarks/models_table.py            # prints it, and puts it into docs/how-good.md
"""

from __future__ import annotations

from pathlib import Path

from mien.card import ModelCard, Score, find_score
from mien.packaged import EXPRESSION_MODELS, packaged_path
from mien.vision.classify import Classifier

PAGE = Path(__file__).resolve().parents[1] / "docs" / "how-good.md"
BEGIN, END = "<!-- benchmarks/models_table.py -->", "<!-- end of models_table.py -->"
SPLITS = ("PublicTest", "PrivateTest")
FAST = "fast"
MICROSOFT = "FER+ majority, Microsoft's rule"

# Words, then (metric, rule), then whether it is a percentage.
ROWS = (
    ("accuracy, %", ("accuracy", "all"), True),
    ("accuracy without the images that Training holds too, %",
     ("accuracy", "without twins"), True),
    ("macro F1", ("macro F1", "all"), False),
    ("mean recall of the classes", ("balanced accuracy", "all"), False),
    ("expected calibration error", ("ECE", "all"), False),
    ("share answered (not *unsure*), %", ("share answered", "all"), True),
    ("accuracy when answered, %", ("accuracy when answered", "all"), True),
    ("FER+ head: accuracy by the majority of votes (Microsoft's rule), %",
     ("accuracy", MICROSOFT), True),
)  # fmt: skip
BALANCED_ROWS = (
    ("with `--balanced`: mean recall of the classes",
     ("balanced accuracy", "all"), False),
    ("with `--balanced`: macro F1", ("macro F1", "all"), False),
    ("with `--balanced`: accuracy, %", ("accuracy", "all"), True),
)  # fmt: skip


def main() -> None:
    text = text_of({role: packaged_path(file) for role, file in EXPRESSION_MODELS.items()})
    page = PAGE.read_text("utf-8")
    before, after = page.split(BEGIN)[0], page.split(END)[1]
    PAGE.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")
    print(text)


def text_of(paths: dict[str, Path]) -> str:
    """Markdown: a line a model, by role, and the table of their figures."""
    cards = {role: Classifier(path).card for role, path in paths.items()}
    lines = [
        f"- **{role}**, `{card.name}`: {card.parameters:,} parameters, {card.macs / 1e6:.0f} "
        f"million multiply-accumulates a face, {paths[role].stat().st_size / 1e6:.1f} MB"
        for role, card in cards.items()
    ]
    fast = cards.pop(FAST, None)
    if fast is not None:
        lines.append(line_of_int8(fast))
    return "\n".join([*lines, "", table_of(list(cards.values()))])


def line_of_int8(card: ModelCard) -> str:
    """What is lost or won by rounding: no columns of their own for nearly the same figures."""
    figures = (
        f"{split} {cell(find_score(card.scores, split, 'accuracy', 'all'), True)}"
        for split in SPLITS
    )
    return f"\n*{FAST}* is the default in 8-bit integers; accuracy in %: {', '.join(figures)}."


def table_of(cards: list[ModelCard]) -> str:
    """Markdown: a row a figure, a column a model and split, with 95 % intervals."""
    heads = ["", *(f"{card.name}, {split}" for card in cards for split in SPLITS)]
    lines = ["| " + " | ".join(heads) + " |", "| --- " + "| ---: " * (len(heads) - 1) + "|"]
    for rows, balanced in ((ROWS, False), (BALANCED_ROWS, True)):
        for words, wanted, percent in rows:
            cells = [
                cell(find_score(found(card, balanced), split, *wanted), percent)
                for card in cards
                for split in SPLITS
            ]
            lines.append("| " + " | ".join([words, *cells]) + " |")
    return "\n".join(lines)


def found(card: ModelCard, balanced: bool) -> tuple[Score, ...]:
    if not balanced:
        return card.scores
    return card.balanced.scores if card.balanced is not None else ()


def cell(score: Score | None, percent: bool) -> str:
    if score is None:
        return "not measured"
    if percent:
        return f"{score.value:.2%} ({score.low:.1%}–{score.high:.1%})".replace("%", "")
    return f"{score.value:.3f} ({score.low:.3f}–{score.high:.3f})"


if __name__ == "__main__":
    main()
