"""What a comparison says of each model."""

from __future__ import annotations

from dataclasses import dataclass

from mien.lab.comparison.facts import Facts
from mien.lab.comparison.latency import Latency
from mien.lab.evaluation.measures.statistics import KnownEstimate, McNemar


@dataclass(frozen=True)
class Scores:
    """Figures of one model with 95 % intervals, or differences to the reference with theirs."""

    accuracy: KnownEstimate
    macro_f1: KnownEstimate
    balanced_accuracy: KnownEstimate


@dataclass(frozen=True)
class Against:
    """A model against the reference, on the same images.

    Attributes
    ----------
    difference : Scores
        The model's figures less the reference's; paired intervals, not corrected.
    test : McNemar
        Of accuracy.
    corrected_p : float
        Holm's, over all models of the table.
    verdict : str
        ``"better"``, ``"worse"`` or ``"not distinguishable"``, in accuracy.
    """

    difference: Scores
    test: McNemar
    corrected_p: float
    verdict: str


@dataclass(frozen=True)
class Compared:
    """One model of the table.

    Attributes
    ----------
    number : int
        Place in the table, from 1; what plots call it.
    name : str
    facts : Facts
    scores : Scores
    against : Against or None
        None for the reference itself.
    temperature : float or None
    calibration_error : float or None
        Expected calibration error after the temperature; None where PublicTest was not evaluated.
    latency : Latency or None
        None when it was not measured.
    """

    number: int
    name: str
    facts: Facts
    scores: Scores
    against: Against | None
    temperature: float | None
    calibration_error: float | None
    latency: Latency | None
