"""Distillation: a network learns from what trained networks say of the images, too."""

from __future__ import annotations

from mien.lab.section import Fraction, Positive, Section


class Distillation(Section):
    """What is learnt from trained networks (Hinton et al. 2015, "Distilling the knowledge").

    ``teachers`` are folders of completed runs on the same data with the same labels. The mean of
    their probabilities for an image and its mirror image, softened by ``temperature``, is a second
    target; ``weight`` is its share of the loss. With several teachers their ensemble is taught.
    """

    teachers: tuple[str, ...] = ()
    temperature: Positive = 3.0
    weight: Fraction = 0.7
