"""Distillation: a network learns from what trained networks say of the images, too."""

from __future__ import annotations

from mien.lab.section import Fraction, Positive, Section


class Distillation(Section):
    """What is learnt from trained networks (Hinton et al. 2015, "Distilling the knowledge").

    ``teachers`` are folders of completed runs on the same data with the same labels, or files of
    answers kept from such runs (``keep_answers``), which are small and need no run any more. The
    mean of their probabilities for an image and its mirror image, softened by ``temperature``, is a
    second target; ``weight`` is its share of the loss. With several teachers their ensemble is
    taught. With ``partial``, images that no teacher may speak about learn from the labels alone;
    otherwise it is an error that there are any.

    ``votes`` joins the FER+ votes to it, for the main head: what the teachers say is multiplied by
    P(label | votes) to this power (a product of experts, Hinton 2002). A network and ten people err
    differently, so that both together know the label better than either does.
    """

    teachers: tuple[str, ...] = ()
    temperature: Positive = 3.0
    weight: Fraction = 0.7
    votes: Fraction = 0
    partial: bool = False
