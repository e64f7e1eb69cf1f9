from __future__ import annotations

import csv
import math

import numpy as np
import pytest
import torch
from PIL import Image

from mien.errors import OutputError, RunError
from mien.lab.training.lr_finder import (
    RateCurve,
    find_learning_rate,
    plot_rates,
    write_rates,
)


def curve_of(shape, lowest=1e-5, highest=10.0, steps=200) -> RateCurve:
    """The test on a loss that is a function of the logarithm of the rate alone."""
    return find_learning_rate(
        lambda rate: shape(math.log10(rate)), lowest=lowest, highest=highest, steps=steps
    )


def valley(power: float) -> float:
    """Falls fastest at 1e-2, is lowest at 1e-1, climbs to two above."""
    if power < -1:
        return 2 - math.tanh(2 * (power + 2))
    return 2 - math.tanh(2) + min(3 * (power + 1), 2)


def test_the_suggestions_on_a_curve_known_beforehand():
    curve = curve_of(valley)
    # It climbs by a fifth of its fall.
    assert 0.1 < curve.edge < 0.2
    assert curve.recommended == curve.edge / 3
    assert curve.steepest == pytest.approx(0.01, rel=0.2)
    assert curve.complete


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


@pytest.mark.parametrize("noise", [0.0, 0.1])
def test_a_lower_loss_beyond_a_bump_is_not_recommended(noise):
    """As networks with batch norm show it."""
    rng = np.random.default_rng(0)

    def bump(power: float) -> float:
        climb = 2 * math.exp(-(((power + 1.8) / 0.25) ** 2))
        return valley(power) + climb + rng.normal(0, noise)

    curve = curve_of(bump)
    assert 2e-3 < curve.edge < 2e-2
    # Not the far side of the bump, nor the noise of the first steps.
    assert 5e-5 < curve.steepest <= curve.edge


def test_noise_is_no_climb():
    rng = np.random.default_rng(0)
    curve = curve_of(lambda power: valley(power) + rng.normal(0, 0.1))
    assert 0.08 < curve.edge < 0.4
    assert curve.steepest == pytest.approx(0.01, rel=0.7)


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
    assert 0.01 < curve.recommended < 2


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
