"""From a recipe to its network."""

from __future__ import annotations

from mien.lab.models import Network, create_model
from mien.lab.training.recipe import Recipe


def build(recipe: Recipe, heads: dict[str, int]) -> Network:
    """The recipe's network with fresh weights from torch's global random state.

    ``heads`` is the number of labels of each head.
    """
    return create_model(
        recipe.model.name,
        heads,
        channels=recipe.input.channels,
        size=recipe.input.side,
        **recipe.model.options(),
    )
