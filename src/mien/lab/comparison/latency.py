"""How long a face takes: all models in turn in one process, so that their ratios hold."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray

from mien.lab.comparison.answers import Subject
from mien.lab.evaluation.subject import ModelSubject
from mien.lab.training.predict import predict_logits

BATCHES = (1, 32)
"""Faces a call: a live camera's one, and a batch of photos."""

FEWEST_ROUNDS, MOST_ROUNDS = 5, 31
SECONDS_A_MODEL = 1.5
"""After this time by model and batch no further round begins."""

CALLS = 5
"""Timed calls of a model in a round, unless they take longer than ``SECONDS_A_TURN``."""

SECONDS_A_TURN = 0.03


@dataclass(frozen=True)
class Timing:
    """Milliseconds a face in calls of ``batch`` faces: the median of the rounds and quartiles."""

    batch: int
    milliseconds: float
    lower_quartile: float
    upper_quartile: float
    rounds: int


@dataclass(frozen=True)
class Latency:
    """From the pixels that it takes to scores on the CPU, by batch as in ``BATCHES``.

    ``runtime`` says what computed it: torch in float32 for runs, ONNX Runtime for model files.
    """

    runtime: str
    threads: int
    timings: tuple[Timing, ...]


def measure_latency(
    subjects: Sequence[Subject],
    *,
    threads: int = 1,
    seconds: float = SECONDS_A_MODEL,
    on_round: Callable[[int, int], None] = lambda batch, number: None,
) -> list[Latency]:
    """Time all models, one after another in every round.

    In a round each model is called once untimed, as a model that runs alone finds its weights in
    the cache, and then up to ``CALLS`` times, of which the fastest counts: short calls are either
    interrupted by other programs or not, and their median would be now this, now that. What slows
    the machine for a while slows all models alike.

    Parameters
    ----------
    threads : int
        Of torch, for runs. Model files keep the number that they were opened with.
    seconds : float
        A round begins while there were fewer than ``FEWEST_ROUNDS``, or less than this time was
        spent by model; at most ``MOST_ROUNDS`` a batch.
    on_round : callable
        Told the batch and the number of each round that begins.
    """
    runs = [_caller(subject) for subject in subjects]
    rng = np.random.default_rng(0)
    by_model: list[list[Timing]] = [[] for _ in subjects]
    with _torch_threads(threads):
        for batch in BATCHES:
            shapes = [subject.image_shape for subject in subjects]
            faces = {
                shape: rng.integers(0, 256, shape.of(batch), dtype=np.uint8)
                for shape in dict.fromkeys(shapes)
            }
            rounds = _rounds(
                [partial(run, faces[shape]) for run, shape in zip(runs, shapes, strict=True)],
                seconds * len(runs),
                partial(on_round, batch),
            )
            for timings, taken in zip(by_model, rounds.T, strict=True):
                lower, median, upper = np.quantile(1000 * taken / batch, [0.25, 0.5, 0.75])
                timings.append(Timing(batch, float(median), float(lower), float(upper), len(taken)))
    return [
        Latency(_runtime(subject), _threads(subject, threads), tuple(timings))
        for subject, timings in zip(subjects, by_model, strict=True)
    ]


def _rounds(
    calls: list[Callable[[], object]], seconds: float, on_round: Callable[[int], None]
) -> NDArray[np.float64]:
    """Seconds ``(rounds, models)``."""
    taken: list[list[float]] = []
    until = time.perf_counter() + seconds
    while len(taken) < FEWEST_ROUNDS or (len(taken) < MOST_ROUNDS and time.perf_counter() < until):
        on_round(len(taken) + 1)
        taken.append([_fastest(call) for call in calls])
    return np.array(taken)


def _fastest(call: Callable[[], object]) -> float:
    call()
    times: list[float] = []
    while not times or (len(times) < CALLS and sum(times) < SECONDS_A_TURN):
        started = time.perf_counter()
        call()
        times.append(time.perf_counter() - started)
    return min(times)


def _caller(subject: Subject) -> Callable[[NDArray[np.uint8]], object]:
    if isinstance(subject, ModelSubject):
        return subject.classifier.classify
    network, options = subject.network, subject.run.recipe().input
    return lambda faces: predict_logits(network, faces, options)


def _runtime(subject: Subject) -> str:
    return "ONNX Runtime" if isinstance(subject, ModelSubject) else "torch float32"


def _threads(subject: Subject, threads: int) -> int:
    return subject.threads if isinstance(subject, ModelSubject) else threads


@contextmanager
def _torch_threads(threads: int) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        yield
    finally:
        torch.set_num_threads(before)
