"""Runs of one recipe with several seeds: how much is luck."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mien.lab.comparison.compared import Compared


@dataclass(frozen=True)
class Spread:
    """Mean and standard deviation (n − 1 in the denominator) over seeds; None for one seed."""

    mean: float
    deviation: float | None


@dataclass(frozen=True)
class SeedGroup:
    """Models whose recipes differ in nothing but the seed.

    Attributes
    ----------
    recipe : str
    seeds : tuple of int
    models : tuple of str
        Their names, in the order of ``seeds``.
    accuracy, macro_f1, balanced_accuracy : Spread
    """

    recipe: str
    seeds: tuple[int, ...]
    models: tuple[str, ...]
    accuracy: Spread
    macro_f1: Spread
    balanced_accuracy: Spread


def group_by_recipe(models: Sequence[Compared]) -> tuple[SeedGroup, ...]:
    """One group a recipe, the best mean accuracy first.

    Of two models with the same recipe and seed, as a run and the file exported from it, the first
    counts.
    """
    by_recipe: dict[str, dict[int, Compared]] = {}
    for model in models:
        by_recipe.setdefault(model.facts.recipe_key, {}).setdefault(model.facts.seed, model)
    groups = [_group([found[seed] for seed in sorted(found)]) for found in by_recipe.values()]
    return tuple(sorted(groups, key=lambda group: -group.accuracy.mean))


def _group(runs: list[Compared]) -> SeedGroup:
    return SeedGroup(
        recipe=runs[0].facts.recipe_name,
        seeds=tuple(run.facts.seed for run in runs),
        models=tuple(run.name for run in runs),
        accuracy=_spread(runs, lambda run: run.scores.accuracy.value),
        macro_f1=_spread(runs, lambda run: run.scores.macro_f1.value),
        balanced_accuracy=_spread(runs, lambda run: run.scores.balanced_accuracy.value),
    )


def _spread(runs: list[Compared], figure: Callable[[Compared], float]) -> Spread:
    values = [figure(run) for run in runs]
    return Spread(statistics.mean(values), statistics.stdev(values) if len(values) > 1 else None)
