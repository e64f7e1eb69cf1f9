"""Pictures of the mistakes, a few of each class and kind, with what stands below them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from mien.lab.data.faces import FaceData
from mien.lab.evaluation.mistakes.mistakes import Answer, ClassMistakes, DisputedLabel, Mistakes
from mien.lab.pages.picture import Picture, picture_of

PICTURES_A_KIND = 8
"""Pictures of each class and kind: with seven classes some 170, under half a megabyte."""

T = TypeVar("T")


@dataclass(frozen=True)
class ClassGallery:
    """Pictures of the images of one class.

    Attributes
    ----------
    mistakes : ClassMistakes
    most_confident, least_sure, label_errors : tuple of Picture
        At most ``PICTURES_A_KIND`` each; of images that are the same in every pixel the first.
        The label errors are the likely ones, or without votes the possible ones.
    """

    mistakes: ClassMistakes
    most_confident: tuple[Picture, ...]
    least_sure: tuple[Picture, ...]
    label_errors: tuple[Picture, ...]


@dataclass(frozen=True)
class MistakeGalleries:
    """All pictures of the mistakes.

    Attributes
    ----------
    classes : tuple of ClassGallery
        In the order of ``Mistakes.classes``.
    most : int
        The most pictures that a class has of one kind.
    """

    classes: tuple[ClassGallery, ...]
    most: int = PICTURES_A_KIND


def mistake_galleries(found: Mistakes, data: FaceData) -> MistakeGalleries:
    """Choose and encode the pictures.

    Parameters
    ----------
    found : Mistakes
    data : FaceData
        The data set in which the mistakes were found.
    """
    return MistakeGalleries(
        tuple(
            ClassGallery(
                of_class,
                _pictures(of_class.most_confident, lambda one: one, _mistake, data),
                _pictures(of_class.least_sure, lambda one: one, _unsure, data),
                _pictures(
                    (
                        one
                        for one in found.disputed
                        if one.answer.label == of_class.label and one.likely == found.votes
                    ),
                    lambda one: one.answer,
                    _dispute,
                    data,
                ),
            )
            for of_class in found.classes
        )
    )


def _pictures(
    items: Iterable[T],
    answer_of: Callable[[T], Answer],
    caption: Callable[[T], tuple[str, ...]],
    data: FaceData,
) -> tuple[Picture, ...]:
    chosen: dict[bytes, Picture] = {}
    for item in items:
        answer = answer_of(item)
        image = data.images[answer.row]
        if image.tobytes() not in chosen:
            lines = (*caption(item), *_votes(answer), f"row {answer.row:,}")
            alt = f"Image labelled {answer.label}, taken for {answer.predicted}"
            chosen[image.tobytes()] = picture_of(image, alt, *lines)
        if len(chosen) == PICTURES_A_KIND:
            break
    return tuple(chosen.values())


def _mistake(answer: Answer) -> tuple[str, ...]:
    return (f"{answer.label} → {answer.predicted} {answer.confidence:.0%}",)


def _unsure(answer: Answer) -> tuple[str, ...]:
    return (
        f"{answer.predicted} {answer.confidence:.0%}, {answer.second} "
        f"{answer.second_confidence:.0%}",
        f"{'right' if answer.correct else 'wrong'}: labelled {answer.label}",
    )


def _dispute(one: DisputedLabel) -> tuple[str, ...]:
    return (f"labelled {one.answer.label}", f"model: {one.suggested}")


def _votes(answer: Answer) -> tuple[str, ...]:
    return () if answer.votes is None else (f"votes: {answer.votes}",)
