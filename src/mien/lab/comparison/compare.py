"""Several models on the same images: computed once, for the terminal, CSV, JSON and the page.

``compare.json`` is ``Comparison.to_dict()``.
Shares lie between 0 and 1; a figure with an interval is {value, low, high} (95 %). The document::

    schema          "mien.compare/1"
    split, views, data_sha256, images, labels, reference, reference_is_baseline
    significant     corrected p values below this are called a difference
    models          [{number, name, facts, scores, against | null, temperature | null,
                      calibration_error | null, latency | null}], highest accuracy first
      facts         {where, kind, recipe, seed, learnable, parameters | null, macs, minutes, epochs,
                     kept_epoch | null, images_per_second | null, gap | null, curve | null}
        curve       {epochs, minutes, accuracy, gap | null, images_per_second}, a value an epoch
      scores        {accuracy, macro_f1, balanced_accuracy}
      against       {difference: {accuracy, macro_f1, balanced_accuracy}, corrected_p, verdict,
                     test: {reference_only, model_only, method, p_value}}; null: the reference
      latency       {runtime, threads, timings: [{batch, milliseconds, lower_quartile,
                     upper_quartile, rounds}]}, milliseconds a face
    groups          [{recipe, seeds, models, accuracy, macro_f1, balanced_accuracy}],
                    each {mean, deviation | null}
    agreement       {both_wrong: [[share]], any_right, all_right, all_wrong}

What each field means is written at the dataclass of the same name in ``mien.lab.comparison``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.errors import UsageError
from mien.lab.comparison.answers import (
    Answers,
    Subject,
    check_comparable,
    has_predictions,
    make_predictions,
    read_answers,
)
from mien.lab.comparison.compared import Against, Compared, Scores
from mien.lab.comparison.facts import read_facts
from mien.lab.comparison.latency import Latency, measure_latency
from mien.lab.comparison.seeds import SeedGroup, group_by_recipe
from mien.lab.comparison.shared_mistakes import SharedMistakes, find_agreement
from mien.lab.evaluation.calibration import probabilities
from mien.lab.evaluation.measures import metrics
from mien.lab.evaluation.measures.statistics import (
    SIGNIFICANT,
    McNemar,
    holm,
    known_estimate,
    mcnemar,
    resampled_confusions,
)
from mien.lab.evaluation.subject import open_subject
from mien.lab.training.predict import Views

SCHEMA = "mien.compare/1"


@dataclass(frozen=True)
class Comparison:
    """Several models on the same images.

    Attributes
    ----------
    split, views, data_sha256 : str
    images : int
    labels : tuple of str
    reference : str
        Name of the model that the others are held against.
    reference_is_baseline : bool
        Whether it was named; else it is the model with the highest accuracy.
    models : tuple of Compared
        The highest accuracy first.
    groups : tuple of SeedGroup
    agreement : SharedMistakes
        In the order of ``models``.
    """

    split: str
    views: Views
    data_sha256: str
    images: int
    labels: tuple[str, ...]
    reference: str
    reference_is_baseline: bool
    models: tuple[Compared, ...]
    groups: tuple[SeedGroup, ...]
    agreement: SharedMistakes

    @property
    def reference_called(self) -> str:
        """``"the best"`` or ``"the baseline"``."""
        return "the baseline" if self.reference_is_baseline else "the best"

    @property
    def one_seed_each(self) -> bool:
        """Whether no recipe was trained with more than one seed."""
        return all(len(group.seeds) == 1 for group in self.groups)

    def with_verdict(self, verdict: str) -> tuple[Compared, ...]:
        """The models with this verdict."""
        return tuple(m for m in self.models if m.against and m.against.verdict == verdict)

    def to_dict(self) -> dict[str, Any]:
        """``compare.json`` as plain types; see the top of this module."""
        return {"schema": SCHEMA, "significant": SIGNIFICANT, **asdict(self)}


def compare(
    paths: Sequence[Path],
    *,
    split: str = "PublicTest",
    views: Views = "single",
    baseline: Path | None = None,
    evaluate: bool = False,
    speed: bool = True,
    threads: int = 1,
    on_stage: Callable[[str], None] = lambda text: None,
) -> Comparison:
    """Compare runs and model files.

    Parameters
    ----------
    paths : sequence of Path
        Run folders and ``.onnx`` files, two or more.
    baseline : Path, optional
        What the others are held against; joins them if it is not among them. The model with the
        highest accuracy when None.
    evaluate : bool
        Make the predictions that are missing.
    speed : bool
        Measure how long a face takes.
    threads : int
        Of the CPU, to measure it on, and for model files.
    on_stage : callable
        Told what is done next.

    Raises
    ------
    UsageError
        If there are fewer than two models, one is there twice, or they cannot be compared.
    RunError, ModelFileError, RecipeError
        If one cannot be used or was not evaluated.
    """
    everything = _with_baseline(paths, baseline)
    subjects = dict(_named(everything, threads))
    for name, subject in subjects.items():
        if evaluate and not has_predictions(subject, split, views):
            on_stage(f"evaluating {name}")
            make_predictions(subject, split, views)
    answers = {name: read_answers(subject, split, views) for name, subject in subjects.items()}
    check_comparable(answers)
    on_stage("resampling the images")
    facts = {name: read_facts(subject) for name, subject in subjects.items()}
    replicates = _replicates(answers)
    order = sorted(answers, key=lambda name: [-value for value in _point(answers[name])])
    named = None if baseline is None else list(subjects)[_position(everything, baseline)]
    reference = named or order[0]
    against = _hold_against(reference, answers, replicates)
    latencies: dict[str, Latency] = {}
    if speed:
        measured = measure_latency(
            list(subjects.values()),
            threads=threads,
            on_round=lambda batch, number: on_stage(f"timing, batch {batch}, round {number}"),
        )
        latencies = dict(zip(subjects, measured, strict=True))
    models = tuple(
        Compared(
            number=number,
            name=name,
            facts=facts[name],
            scores=_scores(_point(answers[name]), replicates[name]),
            against=against.get(name),
            temperature=answers[name].temperature,
            calibration_error=_calibration_error(answers[name]),
            latency=latencies.get(name),
        )
        for number, name in enumerate(order, 1)
    )
    one = answers[reference]
    return Comparison(
        split=split,
        views=views,
        data_sha256=one.predictions.data_sha256,
        images=len(one.labels),
        labels=one.names,
        reference=reference,
        reference_is_baseline=baseline is not None,
        models=models,
        groups=group_by_recipe(models),
        agreement=find_agreement(np.stack([_right(answers[name]) for name in order])),
    )


def _with_baseline(paths: Sequence[Path], baseline: Path | None) -> list[Path]:
    counted = Counter(path.resolve() for path in paths)
    twice = next((path for path in paths if counted[path.resolve()] > 1), None)
    if twice is not None:
        raise UsageError("is there twice", where=twice, hint="name every run once")
    found = list(paths)
    if baseline is not None and baseline.resolve() not in counted:
        found.append(baseline)
    if len(found) < 2:
        raise UsageError(
            f"{len(found)} to compare, at least 2 are needed",
            hint="name several run folders or .onnx files",
        )
    return found


def _position(paths: Sequence[Path], wanted: Path) -> int:
    return [path.resolve() for path in paths].index(wanted.resolve())


def _named(paths: Sequence[Path], threads: int) -> list[tuple[str, Subject]]:
    """Subjects by name; by path where several have the same name."""
    subjects = [open_subject(path, threads=threads) for path in paths]
    counted = Counter(subject.name for subject in subjects)
    return [
        (subject.name if counted[subject.name] == 1 else str(subject.where), subject)
        for subject in subjects
    ]


_METRICS = (metrics.accuracy, metrics.macro_f1, metrics.balanced_accuracy)


def _right(answers: Answers) -> NDArray[np.bool_]:
    return np.asarray(answers.predicted == answers.labels)


def _point(answers: Answers) -> list[float]:
    """Accuracy, macro F1 and balanced accuracy."""
    counts = metrics.confusion(answers.labels, answers.predicted, len(answers.names))
    return [float(metric(counts)) for metric in _METRICS]


def _replicates(answers: dict[str, Answers]) -> dict[str, list[NDArray[np.float64]]]:
    """The same figures over resampled images: of each model one array ``(samples,)`` a figure."""
    one = next(iter(answers.values()))
    drawn = resampled_confusions(
        one.labels, [each.predicted for each in answers.values()], len(one.names)
    )
    return {
        name: [metric(counts) for metric in _METRICS]
        for name, counts in zip(answers, drawn, strict=True)
    }


def _scores(point: Sequence[float], replicates: Sequence[NDArray[np.float64]]) -> Scores:
    return Scores(
        *(known_estimate(value, drawn) for value, drawn in zip(point, replicates, strict=True))
    )


def _hold_against(
    reference: str,
    answers: dict[str, Answers],
    replicates: dict[str, list[NDArray[np.float64]]],
) -> dict[str, Against]:
    others = [name for name in answers if name != reference]
    right = _right(answers[reference])
    tests = [mcnemar(right, _right(answers[name])) for name in others]
    corrected = holm([test.p_value for test in tests])
    found = {}
    for name, test, p_value in zip(others, tests, corrected, strict=True):
        pairs = zip(_point(answers[name]), _point(answers[reference]), strict=True)
        drawn = zip(replicates[name], replicates[reference], strict=True)
        difference = _scores([a - b for a, b in pairs], [a - b for a, b in drawn])
        found[name] = Against(difference, test, p_value, _verdict(test, p_value))
    return found


def _verdict(test: McNemar, corrected_p: float) -> str:
    if corrected_p >= SIGNIFICANT:
        return "not distinguishable"
    return "better" if test.model_only > test.reference_only else "worse"


def _calibration_error(answers: Answers) -> float | None:
    if answers.temperature is None:
        return None
    calibrated = probabilities(answers.logits, answers.temperature)
    return metrics.expected_calibration_error(calibrated, answers.labels)
