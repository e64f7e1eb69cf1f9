"""``Frames``: several pictures and their faces."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar, overload

from mien.emotions import FER2013, FERPLUS
from mien.errors import UsageError
from mien.front.dataframe import dataframe
from mien.front.notebook import frames_html, plot_frames
from mien.media.results.sink_text import json_document
from mien.options import kind_of
from mien.results import Face, Frame

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FrameT = TypeVar("FrameT", bound=Frame, covariant=True)


class Frames(Sequence[FrameT], Generic[FrameT]):
    """Frames in their order, of a list of pictures or of a video. It does not change.

    Parameters
    ----------
    frames : iterable of Frame
        Of ``Analyzer`` or ``StreamAnalyzer``.

    Raises
    ------
    UsageError
        If there is something else in it.
    """

    __slots__ = ("_frames",)
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, frames: Iterable[FrameT] = ()) -> None:
        self._frames = tuple(frames)
        for frame in self._frames:
            if not isinstance(frame, Frame):
                raise UsageError(f"{kind_of(frame)} among the frames, expected mien.Frame")

    def __len__(self) -> int:
        return len(self._frames)

    @overload
    def __getitem__(self, index: int) -> FrameT: ...

    @overload
    def __getitem__(self, index: slice) -> Frames[FrameT]: ...

    def __getitem__(self, index: int | slice) -> FrameT | Frames[FrameT]:
        if isinstance(index, slice):
            return Frames(self._frames[index])
        return self._frames[index]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Frames) and self._frames == other._frames

    def __repr__(self) -> str:
        return f"<Frames: {len(self)} pictures, {len(self.faces)} faces>"

    @property
    def faces(self) -> tuple[Face, ...]:
        """All faces, picture by picture."""
        return tuple(face for frame in self._frames for face in frame.faces)

    def to_dict(self) -> dict[str, Any]:
        """Plain types only, ready for JSON; key by key as in ``docs/schema.md``."""
        plain: dict[str, Any] = json.loads(self.to_json())
        return plain

    def to_json(self) -> str:
        """The document that ``mien analyze --format json`` writes."""
        return json_document(self._frames)

    def to_dataframe(self, library: Literal["pandas", "polars"] | None = None) -> Any:
        """One row a face, with the columns of ``docs/schema.md``; of a video those of a video.

        A picture without faces has no row.

        Parameters
        ----------
        library : {"pandas", "polars"}, optional
            Whose data frame; pandas's if it is installed, otherwise polars's, when None.

        Returns
        -------
        pandas.DataFrame or polars.DataFrame

        Raises
        ------
        MissingExtraError
            If the library is not installed, or neither is.
        UsageError
            If ``library`` is another one.
        """
        labels, ferplus = _labels(self.faces)
        return dataframe(self._frames, labels, ferplus, library=library)

    def plot(self, columns: int = 4) -> list[Axes]:
        """Draw the pictures with boxes and labels side by side by matplotlib.

        Parameters
        ----------
        columns : int
            Pictures in a row, at least 1.

        Returns
        -------
        list of matplotlib Axes
            One a picture.

        Raises
        ------
        MissingExtraError
            If matplotlib is not installed.
        UsageError
            If there is no frame, or a picture is not there any more.
        """
        return plot_frames(self._frames, columns=columns)

    def _repr_html_(self) -> str:
        return frames_html(self._frames)


def _labels(faces: Iterable[Face]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """All labels of both heads in their order; the packaged models' where there is no face."""
    heads: tuple[dict[str, None], dict[str, None]] = {}, {}
    found = False
    for face in faces:
        found = True
        heads[0].update(dict.fromkeys(face.probabilities))
        heads[1].update(dict.fromkeys(face.ferplus))
    return (tuple(heads[0]), tuple(heads[1])) if found else (FER2013.labels, FERPLUS.labels)
