"""What ``Analyzer`` says of a picture: a frame and faces that can be asked for more.

They are the ground floor's ``Frame`` and ``Face``, with what needs pixels, networks and libraries
added here, above the rooms that have those: see docs/decisions/0009.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from mien.errors import ModelFileError
from mien.front.dataframe import dataframe
from mien.front.held_picture import HeldPicture
from mien.front.notebook import drawn, frames_html, plot_frames
from mien.front.reopened_model import ReopenedModel
from mien.media.image import Image
from mien.results import Face, Frame
from mien.vision.explain import FaceExplanation, explain_crops

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoFace(Face):
    """A face, what it expresses, and on demand what the model makes of it.

    Attributes
    ----------
    crop : ndarray of shape (48, 48), or another ``card.input_shape``, uint8
        The face as the model saw it: grey or RGB, upright, cut out by the card's geometry.
        Read-only.
    """

    crop: NDArray[np.uint8] = field(repr=False, compare=False)
    _model: ReopenedModel = field(repr=False, compare=False)

    __hash__ = None

    @property
    def embedding(self) -> NDArray[np.float32]:
        """What the model makes of the face before it decides, ``(card.embedding,)`` float32.

        Faces with alike expressions lie close together. Computed when asked for.

        Raises
        ------
        ModelFileError
            If the model file has no such output.
        """
        classifier = self._model.classifier()
        found = classifier.embed(self.crop[None])
        if found is None:
            raise ModelFileError(
                "the file has no embedding inside",
                where=classifier.path,
                hint="export its run again with this Mien",
            )
        embedding: NDArray[np.float32] = found[0]
        return embedding

    def explain(self) -> FaceExplanation:
        """Where in the crop the model sees what speaks for each expression; see its maps.

        Raises
        ------
        ModelFileError
            If the model file has no such output.
        """
        return explain_crops(self._model.classifier(), self.crop[None])[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoFrame(Frame):
    """A picture and its faces, to be looked at in a notebook and to be gone on with."""

    faces: tuple[PhotoFace, ...]
    _model: ReopenedModel = field(repr=False, compare=False)
    _picture: HeldPicture = field(repr=False, compare=False)

    __hash__ = None

    def __iter__(self) -> Iterator[PhotoFace]:
        return iter(self.faces)

    def __getitem__(self, index: int) -> PhotoFace:
        return self.faces[index]

    def pixels(self) -> Image:
        """The picture, upright RGB ``uint8 (height, width, 3)``.

        A file is read again; an array or a PIL picture is there as long as the program has it;
        anything else if it was read with ``keep_pixels=True``.

        Raises
        ------
        UsageError
            If it is not there any more.
        """
        return self._picture.read(self.width, self.height)

    def annotated(self) -> Image:
        """The picture with boxes and labels, as ``mien.annotate`` draws it; raises alike."""
        return drawn(self, self.pixels())

    def to_dataframe(self, library: Literal["pandas", "polars"] | None = None) -> Any:
        """One row a face, with the columns of ``docs/schema.md``.

        ``library`` is ``"pandas"`` or ``"polars"``; see ``Frames.to_dataframe``.
        """
        return dataframe((self,), self._model.labels, self._model.ferplus_labels, library=library)

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the picture with boxes and labels by matplotlib.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Where to; a new figure's when None.

        Returns
        -------
        matplotlib Axes

        Raises
        ------
        MissingExtraError
            If matplotlib is not installed.
        UsageError
            If the picture is not there any more.
        """
        return plot_frames((self,), axes=None if ax is None else (ax,))[0]

    def _repr_html_(self) -> str:
        return frames_html((self,))
