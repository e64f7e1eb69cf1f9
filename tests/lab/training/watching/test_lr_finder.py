from __future__ import annotations

import csv
import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from mien.errors import OutputError, RunError
from mien.lab.training.watching.lr_finder import (
    RateCurve,
    find_learning_rate,
    plot_rates,
    write_rates,
)


def curve_of(
    shape: Callable[[float], float], *, steps: int = 200, normalised: bool = False
) -> RateCurve:
    """The test on a loss that is a function of the logarithm of the rate, from 1e-5 to 10."""
    return find_learning_rate(
        lambda rate: shape(math.log10(rate)),
        lowest=1e-5,
        highest=10.0,
        steps=steps,
        normalised=normalised,
    )


def valley(power: float) -> float:
    """Falls fastest at 1e-2, is lowest at 1e-1, climbs to two above."""
    if power < -1:
        return 2 - math.tanh(2 * (power + 2))
    return 2 - math.tanh(2) + min(3 * (power + 1), 2)


def test_the_suggestions_on_a_curve_known_beforehand():
    curve = curve_of(valley)
    assert 0.05 < curve.edge <= 0.1
    assert curve.steady == curve.edge / 2
    assert curve.recommended == curve.steady
    # The tangent is symmetric about its steepest place.
    assert curve.steepest == pytest.approx(0.01, rel=0.2)
    assert curve.middle == pytest.approx(0.01, rel=0.2)
    assert curve.complete


def test_a_normalised_optimiser_is_given_the_middle_of_the_fall():
    curve = curve_of(valley, normalised=True)
    assert curve.recommended == curve.middle < curve.steady
    # Never more than is steady: here nearly all of the fall is in its last moments.
    late = curve_of(lambda power: 2 - 1.9 * (-1.1 < power < -1) + 5 * (power > -1), normalised=True)
    assert late.recommended == late.steady < late.middle


def test_rates_grow_by_the_same_factor_from_lowest_to_highest():
    asked = []
    curve = find_learning_rate(
        lambda rate: asked.append(rate) or 1.0, lowest=1e-4, highest=1.0, steps=50
    )
    assert asked == list(curve.rates)
    assert (asked[0], asked[-1]) == pytest.approx((1e-4, 1.0))
    assert np.diff(np.log(asked)) == pytest.approx(math.log(1e4) / 49)


@pytest.mark.parametrize("exploded", [math.nan, math.inf, 1e6])
def test_it_ends_when_the_loss_explodes(exploded):
    rates = []

    def step(rate: float) -> float:
        rates.append(rate)
        return exploded if rate > 0.1 else 2.0 - rate

    curve = find_learning_rate(step, lowest=1e-4, highest=10.0, steps=100)
    assert curve.diverged and curve.complete
    assert 60 <= len(curve.rates) < 65
    assert len(rates) < 65
    assert np.isfinite(curve.losses).all()


def test_it_says_when_the_lowest_point_may_lie_higher():
    assert not curve_of(lambda power: 10 - power).complete


def noisy(shape: Callable[[float], float], noise: float, seed: int) -> Callable[[float], float]:
    rng = np.random.default_rng(seed)
    return lambda power: shape(power) + rng.normal(0, noise)


def hump(height: float) -> Callable[[float], float]:
    """A valley that falls on beyond a climb that begins at 4e-3."""
    return lambda power: valley(power) + height * math.exp(-(((power + 1.8) / 0.25) ** 2))


def plateau(power: float) -> float:
    """Falls by a half from 1e-4 to 1e-2, is level up to 0.3, and diverges."""
    return 2 - 0.25 * min(2, max(0, power + 4)) + 4 * max(0, power + 0.5) ** 2


def batch_norm(power: float) -> float:
    """As VGG-8 with SGD on FER2013: level from 0.02 to 0.06, a climb, and a deeper valley at 1."""
    fall = 0.25 * min(2, max(0, power + 3.7))
    climb = 0.15 * math.exp(-(((power + 0.7) / 0.25) ** 2))
    return 2.8 - fall + climb - 0.2 * (1 + math.tanh(6 * (power + 0.4))) + 3 * max(0, power - 0.5)


SEEDS = range(8)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("height", "noise"), [(2, 0), (2, 0.1), (1.5, 0.05)])
def test_a_lower_loss_beyond_a_climb_is_not_recommended(height, noise, seed):
    """As networks with batch norm show it."""
    curve = curve_of(noisy(hump(height), noise, seed))
    assert 2e-3 < curve.edge < 2e-2
    # Not the far side of the hump, nor the noise of the first steps.
    assert 5e-5 < curve.steepest <= curve.edge
    assert curve.middle <= curve.edge


@pytest.mark.parametrize("seed", SEEDS)
def test_a_valley_under_noise(seed):
    curve = curve_of(noisy(valley, 0.1, seed))
    assert 0.05 < curve.edge < 0.3
    assert curve.steepest == pytest.approx(0.01, rel=0.8)
    assert curve.middle == pytest.approx(0.01, rel=0.5)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("steps", [60, 200])
def test_a_plateau_before_the_loss_diverges(steps, seed):
    curve = curve_of(noisy(plateau, 0.03, seed), steps=steps)
    assert curve.complete
    # The end of the plateau, not where upon it noise was lowest.
    assert 0.03 < curve.edge < 1
    assert 5e-4 < curve.middle < 2e-3


@pytest.mark.parametrize("seed", SEEDS)
def test_a_second_deeper_valley(seed):
    curve = curve_of(noisy(batch_norm, 0.05, seed))
    assert curve.complete
    assert 0.01 < curve.recommended < 0.06


@pytest.mark.parametrize("seed", SEEDS)
def test_no_divergence_at_all(seed):
    """Falls up to 0.1 and is level from there on: where the level floor begins is enough."""
    curve = curve_of(noisy(lambda power: -max(-4, min(power, -1)), 0.05, seed))
    assert not curve.complete
    assert 0.05 < curve.edge < 0.3


@pytest.mark.parametrize("seed", SEEDS)
def test_noise_alone_is_no_climb(seed):
    assert not curve_of(noisy(lambda power: 2.0, 0.1, seed)).complete


@pytest.mark.parametrize("normalised", [False, True])
def test_a_real_network_learns_at_the_rate_recommended(normalised):
    generator = torch.Generator().manual_seed(0)
    labels = torch.arange(512) % 4
    images = torch.randn(4, 20, generator=generator)[labels]
    images += torch.randn(512, 20, generator=generator)

    def steps_of(rate: float) -> Callable[[float], float]:
        torch.manual_seed(0)
        network = nn.Sequential(nn.Linear(20, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Linear(32, 4))
        kind = torch.optim.Adam if normalised else torch.optim.SGD
        optimiser = kind(network.parameters(), lr=rate)

        def step(rate: float) -> float:
            optimiser.param_groups[0]["lr"] = rate
            chosen = torch.randint(512, (64,), generator=generator)
            loss = nn.functional.cross_entropy(network(images[chosen]), labels[chosen])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            return loss.item()

        return step

    curve = find_learning_rate(
        steps_of(1.0), lowest=1e-5, highest=10.0, steps=200, normalised=normalised
    )
    step = steps_of(curve.recommended)
    losses = [step(curve.recommended) for _ in range(100)]
    assert np.mean(losses[-10:]) < 0.5 * np.mean(losses[:3])


def test_on_a_real_quadratic_it_stays_below_the_rate_of_divergence():
    """Gradient descent on x²/2 diverges above a rate of 2."""
    weights = torch.full((20,), 3.0, requires_grad=True)
    optimiser = torch.optim.SGD([weights], lr=1.0)
    generator = torch.Generator().manual_seed(0)

    def step(rate: float) -> float:
        optimiser.param_groups[0]["lr"] = rate
        loss = weights.square().mean() / 2 * 20 + 1
        optimiser.zero_grad()
        loss.backward()
        # As batches differ, the gradient never becomes nothing.
        weights.grad += torch.randn(20, generator=generator)
        optimiser.step()
        return loss.item()

    curve = find_learning_rate(step, lowest=1e-4, highest=100.0, steps=200)
    assert curve.complete
    assert 0.01 < curve.edge / 2 == curve.recommended < 2


def test_progress_is_told():
    told = []
    find_learning_rate(
        lambda rate: 1.0,
        lowest=1e-3,
        highest=1.0,
        steps=30,
        on_step=lambda done, rate, loss: told.append((done, loss)),
    )
    assert told == [(n, 1.0) for n in range(1, 31)]


def test_a_loss_that_diverges_at_once():
    with pytest.raises(RunError, match=r"^the loss diverges .* rate 0.01; begin lower"):
        find_learning_rate(lambda rate: math.nan, lowest=0.01, highest=1.0, steps=50)


@pytest.mark.parametrize(
    ("lowest", "highest", "steps", "message"),
    [(1.0, 0.1, 100, "highest"), (0.0, 1.0, 100, "highest"), (0.1, 1.0, 10, "at least 20")],
)
def test_wrong_calls(lowest, highest, steps, message):
    with pytest.raises(ValueError, match=message):
        find_learning_rate(lambda rate: 1.0, lowest=lowest, highest=highest, steps=steps)


def test_the_table_and_the_picture(tmp_path):
    curve = curve_of(valley)
    write_rates(curve, tmp_path / "lr.csv")
    with (tmp_path / "lr.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert [int(row["step"]) for row in rows] == list(range(1, len(curve.rates) + 1))
    assert [float(row["learning_rate"]) for row in rows] == pytest.approx(list(curve.rates), 1e-5)
    assert [float(row["smoothed_loss"]) for row in rows] == pytest.approx(
        list(curve.smoothed), 1e-5
    )
    plot_rates(curve, tmp_path / "lr.png", title="a title")
    with Image.open(tmp_path / "lr.png") as picture:
        assert picture.size == (800, 500)
    assert {path.name for path in tmp_path.iterdir()} == {"lr.csv", "lr.png"}


def test_a_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        plot_rates(curve_of(valley), tmp_path / "file" / "lr.png")
