"""Running out of memory, said in one line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from mien.errors import RunError
from mien.lab.training.recipe import Recipe

# What torch says, by device; only CUDA has a class of its own for it.
_SAID = ("can't allocate memory", "out of memory", "not enough memory")


@contextmanager
def explained_memory(recipe: Recipe, image_side: int, where: object) -> Iterator[None]:
    """Turn the many ways of running out of memory into one error for people.

    Raises
    ------
    RunError
        Naming batch and input size, of images of ``image_side`` pixels; ``where`` is its place.
    """
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        said = any(text in str(error).lower() for text in _SAID)
        if not (said or isinstance(error, MemoryError | torch.OutOfMemoryError)):
            raise
        side = recipe.input.network_side(image_side)
        raise RunError(
            f"out of memory with batch_size {recipe.batch_size} at {side}×{side} pixels",
            where=where,
            hint="train with a smaller batch_size, model or input.size",
        ) from error
