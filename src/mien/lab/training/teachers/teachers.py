"""Trained networks as teachers, and what they say of images."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mien.errors import RunError
from mien.lab.data.faces import FaceData
from mien.lab.data.folds import folds_of
from mien.lab.data.preprocess import Input
from mien.lab.models import Network
from mien.lab.training.machines.device import autocast
from mien.lab.training.predict import predict_logits
from mien.lab.training.run import Run
from mien.lab.training.teachers.kept_answers import SUFFIX, KeptAnswers, load_answers
from mien.lab.training.teaching.distillation import Distillation
from mien.packaged import sha256_of


@dataclass(frozen=True)
class Teacher:
    """A trained network, by what it was given; ``heads`` it can teach, ``sha256`` of its file.

    With ``folds`` above 1 it has not seen ``without_fold`` and speaks of those images only.
    """

    name: str
    network: Network
    input: Input
    heads: tuple[str, ...]
    sha256: str
    folds: int = 1
    without_fold: int = 0


def load_teachers(
    options: Distillation, data: FaceData, labels: dict[str, list[str]]
) -> tuple[Teacher | KeptAnswers, ...]:
    """Whom the recipe names; ``labels`` are those of the heads that will be trained.

    Raises
    ------
    RunError
        If a folder holds no completed run, or one on other data, on images of another size or
        colour, or with other labels: what it has learnt of another split could be what is later
        measured on. The same for a file of kept answers.
    """
    teachers: list[Teacher | KeptAnswers] = []
    for folder in options.teachers:
        if Path(folder).suffix == SUFFIX:
            teachers.append(load_answers(Path(folder), data, labels))
            continue
        run = Run(Path(folder))
        facts = run.facts()
        if facts["data_sha256"] != data.sha256:
            raise RunError(
                f"this teacher was trained on other data than {data.name!r} (SHA-256 differs)",
                where=folder,
                hint="train it on the same data set and splits",
            )
        seen = run.image_shape()
        if seen != data.image_shape:
            raise RunError(
                f"this teacher sees {seen} images, the recipe {data.image_shape} ones",
                where=folder,
                hint="train it with the same input.size and input.colour",
            )
        heads = tuple(head for head in labels if facts["labels"].get(head) == labels[head])
        if next(iter(labels)) not in heads:
            raise RunError(
                f"this teacher has other labels ({', '.join(facts['heads'])}) than "
                f"{next(iter(labels))!r}",
                where=folder,
                hint="train it with the same data.label_set",
            )
        network = run.load_model()
        name, sha256 = run.folder.resolve().name, sha256_of(run.weights)
        recipe = run.recipe()
        parts = recipe.data.folds, recipe.data.without_fold
        teachers.append(Teacher(name, network, recipe.input, heads, sha256, *parts))
    return tuple(teachers)


def taught(
    teachers: tuple[Teacher | KeptAnswers, ...],
    images: NDArray[np.uint8],
    sources: NDArray[np.int64],
    temperature: float,
    device: torch.device,
    dtype: torch.dtype,
) -> tuple[dict[str, Tensor], Tensor]:
    """What the teachers say of ``images``, by head, and about which they say anything.

    Parameters
    ----------
    teachers : tuple of Teacher or KeptAnswers
        One or more. A head is taught by all or by none, or images would differ in what they mean.
        One who was trained without a fold is asked about that fold alone.
    images : ndarray of shape (n, side, side) or (n, side, side, 3), uint8
    sources : ndarray of shape (n,), int64
        Row of the data set that each image comes from; -1 for a synthetic one, which kept answers
        say nothing about.
    temperature : float
        Divides the logarithms of the mean probabilities before the softmax.

    Returns
    -------
    said : dict of str to Tensor of shape (n, labels), float32
        Rows sum to 1; uniform where nothing is said.
    heard : Tensor of shape (n,), float32
        1 where at least one of them may speak about the image, else 0.
    """
    shared = [head for head in teachers[0].heads if all(head in one.heads for one in teachers)]
    sums: dict[str, Tensor] = {}
    heard = torch.zeros(len(images), 1)
    for teacher in teachers:
        if isinstance(teacher, KeptAnswers):
            at = teacher.about(sources)
            spoken = np.flatnonzero(at >= 0)
            said = {head: torch.from_numpy(teacher.said[head][at[spoken]]) for head in shared}
        else:
            spoken = np.flatnonzero(folds_of(images, teacher.folds) == teacher.without_fold)
            said = _asked(teacher, images[spoken], shared, device, dtype)
        heard[spoken] += 1
        for head, probabilities in said.items():
            empty = torch.zeros(len(images), probabilities.shape[1])
            sums.setdefault(head, empty)[spoken] += probabilities
    softened = {
        head: torch.softmax((total / heard.clamp(min=1)).clamp(min=1e-12).log() / temperature, 1)
        for head, total in sums.items()
    }
    return softened, (heard[:, 0] > 0).float()


def _asked(
    teacher: Teacher,
    images: NDArray[np.uint8],
    heads: list[str],
    device: torch.device,
    dtype: torch.dtype,
) -> dict[str, Tensor]:
    if not len(images):
        return {}
    network = teacher.network.to(device).to(memory_format=torch.channels_last)
    with autocast(device, dtype):
        found = predict_logits(network, images, teacher.input, views="flip")
    return {head: torch.softmax(torch.from_numpy(found[head]), 1) for head in heads}


def joined_to_votes(
    said: Tensor, likely: NDArray[np.float32], sources: NDArray[np.int64], exponent: float
) -> Tensor:
    """What teachers say, times what the FER+ votes make likely to the power of ``exponent``.

    Parameters
    ----------
    said : Tensor of shape (m, labels), float32
        Rows sum to 1.
    likely : ndarray of shape (n, labels), float32
        Of every image of the data set: ``fer2013_distribution``.
    sources : ndarray of shape (m,), int64
        Row of ``likely`` that each image has; -1 for a synthetic one, which keeps what is said.
    exponent : float

    Returns
    -------
    Tensor of shape (m, labels), float32
        Rows sum to 1.
    """
    factors = torch.from_numpy(likely[sources]) ** exponent
    factors[torch.from_numpy(sources < 0)] = 1
    joined = said * factors
    return joined / joined.sum(1, keepdim=True)
