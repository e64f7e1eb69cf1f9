"""What a comparison says, in sentences, for the terminal and the page."""

from __future__ import annotations

from mien.lab.comparison.compare import Comparison
from mien.lab.comparison.compared import Compared
from mien.lab.evaluation.measures.statistics import KnownEstimate

MINUS = "−"


def findings(comparison: Comparison) -> tuple[str, ...]:
    """The verdicts first, then what to beware of."""
    return (
        *_verdicts(comparison),
        *_macro_f1(comparison),
        _together(comparison),
        *_cautions(comparison),
    )


def with_margin(figure: KnownEstimate) -> str:
    """A share in per cent with half its interval: ``60.1 ±1.6``."""
    return f"{100 * figure.value:.1f} ±{100 * figure.half_width:.1f}"


def points(value: float) -> str:
    """A difference of shares in points, with its sign: ``−1.2``."""
    return signed(100 * value, 1)


def signed(value: float, decimals: int) -> str:
    """A number with its sign; one that is rounded to 0 has none."""
    text = f"{abs(value):.{decimals}f}"
    sign = "" if not float(text) else "+" if value > 0 else MINUS
    return sign + text


def p_value(value: float) -> str:
    """A p value; below a thousandth as ``< 0.001``."""
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def verdict(model: Compared, comparison: Comparison) -> str:
    """The verdict on one model against the reference, in words."""
    called = comparison.reference_called
    if model.against is None:
        return called
    words = {
        "better": f"better than {called}",
        "worse": f"worse than {called}",
        "not distinguishable": f"not distinguishable from {called}",
    }
    return words[model.against.verdict]


def _verdicts(comparison: Comparison) -> list[str]:
    reference = next(m for m in comparison.models if m.name == comparison.reference)
    begins = (
        f"{reference.name} is the baseline, with an accuracy of"
        if comparison.reference_is_baseline
        else f"{reference.name} has the highest accuracy:"
    )
    found = [
        f"{begins} {with_margin(reference.scores.accuracy)} % on {comparison.images:,} images of "
        f"{comparison.split}."
    ]
    for kind in ("better", "not distinguishable", "worse"):
        models = comparison.with_verdict(kind)
        if models:
            names = ", ".join(model.name for model in models)
            word = verdict(models[0], comparison)
            found.append(f"{word[0].upper()}{word[1:]} in accuracy: {names}.")
    return found


def _macro_f1(comparison: Comparison) -> list[str]:
    best = max(comparison.models, key=lambda model: model.scores.macro_f1.value)
    if best.against is None:
        return [f"{best.name} has the highest macro F1 as well."]
    difference = best.against.difference.macro_f1
    certain = "does not contain 0" if difference.low > 0 else "contains 0"
    return [
        f"{best.name} has the highest macro F1: {with_margin(best.scores.macro_f1)}, "
        f"{points(difference.value)} points against {comparison.reference}, with an interval "
        f"({points(difference.low)} to {points(difference.high)}) that {certain}."
    ]


def _together(comparison: Comparison) -> str:
    agreement = comparison.agreement
    return (
        f"At least one model is right on {agreement.any_right:.1%} of the images, all are on "
        f"{agreement.all_right:.1%}: no choice among their answers can do better than the first."
    )


def _cautions(comparison: Comparison) -> list[str]:
    found = []
    if comparison.one_seed_each:
        found.append(
            "Every recipe ran with one seed, and one seed is an anecdote: the intervals tell what "
            "other images would do, not what another seed would."
        )
    elif any(len(group.seeds) == 1 for group in comparison.groups):
        single = [group.recipe for group in comparison.groups if len(group.seeds) == 1]
        found.append(f"With one seed only, which is an anecdote: {', '.join(single)}.")
    kept = [model.name for model in comparison.models if model.facts.kept_twins]
    if 0 < len(kept) < len(comparison.models):
        found.append(
            f"Not the same protocol: {', '.join(kept)} kept images in Training that the test "
            "splits hold too, pixel by pixel, and the others left them out."
        )
    if comparison.split == "PublicTest" and not comparison.reference_is_baseline:
        found.append(
            "The best was picked on these very images, which flatters it: measure what you choose "
            "on PrivateTest, once."
        )
    if comparison.split == "PrivateTest":
        found.append(
            "Choices are made on PublicTest. PrivateTest is for reporting: who chooses by this "
            "table has no unseen images left."
        )
    return found
