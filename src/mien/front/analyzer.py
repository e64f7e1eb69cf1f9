"""``Analyzer`` and ``read``: pictures in whatever form a program has them, frames back."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Set, Sized
from dataclasses import dataclass, fields
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from mien.errors import MienError, UsageError
from mien.face_signs import FaceSigns
from mien.front.frame_list import Frames
from mien.front.held_picture import HeldPicture
from mien.front.photo_frame import PhotoFace, PhotoFrame
from mien.front.progress_bar import Progress, progress_of
from mien.front.reopened_model import ReopenedModel
from mien.media.given import Picture, holds_pictures, path_of, refusal
from mien.media.image import read_picture
from mien.options import flag, kind_of
from mien.results import Face
from mien.vision.detection.detector import Detection
from mien.vision.pixel_analyzer import PixelAnalyzer
from mien.vision.signs.signs_reader import with_signs

BATCH = 16
"""Faces, and pictures, that are gathered before the model reads them in one go."""

OnError = Callable[[MienError], object]


@dataclass(frozen=True, slots=True)
class _Cut:
    """A picture whose faces have been found and cut out, and not yet been read."""

    path: str | None
    width: int
    height: int
    picture: HeldPicture
    detections: list[Detection]
    crops: NDArray[np.uint8]
    signs: list[FaceSigns | str]
    facts: dict[str, Any]


class Analyzer(PixelAnalyzer):
    """Finds the faces in pictures and says what each expresses.

    Takes the parameters of ``PixelAnalyzer``, which are told again here.

    It can be pickled, if its detector can (Mien's own can), and opens its files anew: give it to
    pools of processes, joblib or Ray. One analyzer may be used from several threads at once, unless
    its detector is ``"haar"``.

    Parameters
    ----------
    model : Path or str, optional
        A model file of Mien, or a packaged model by role or name (``"small"``); the packaged
        default when None.
    detector : str or Detector
        A registered name (``"centerface"``, ``"haar"``), or any object with a ``name`` and
        ``detect(image)``; the next three parameters are for detectors given by name.
    min_face : float, optional
        Shortest side in pixels of a face's box; the detector's default when None.
    score_threshold : float, optional
        Lowest detector score of a face, 0 to 1; the detector's default when None.
    rotate : bool
        Also look for faces rolled up to 90°, at several times the cost.
    threads : int
        CPU threads for detector and classifier, at least 1.
    faces : {"all", "largest"}
        Whether to read every face or only the largest one.
    reading : str, optional
        How the model's outputs become what is shown: ``"everyday"``, the default of models that
        have it; a head's own answer (``"fer2013"``), as benchmarks want it; or ``"balanced"``, at
        which rare expressions are found more often, at some cost in accuracy.
    signs : bool
        Whether to say what is visible in each face, too (``Face.signs``); some 10 ms a face.
    body : bool
        Whether to say also what is visible of each body (``Face.signs.body``); as long again.
    focal : float, optional
        The camera's focal length in pixels of the picture, from which distances are reckoned. Where
        it is not given it is what EXIF says, or else assumed.

    Raises
    ------
    ModelFileError
        If a model file cannot be used.
    UsageError
        If the model, the detector or the reading is unknown, or an option is out of range.
    """

    @overload
    def analyze(  # type: ignore[overload-overlap]  # text and files are iterable, too
        self,
        source: Picture,
        *,
        path: str | None = None,
        bgr: bool = False,
        keep_pixels: bool = False,
    ) -> PhotoFrame: ...

    @overload
    def analyze(
        self,
        source: Iterable[Picture],
        *,
        bgr: bool = False,
        keep_pixels: bool = False,
        progress: Progress = False,
        on_error: OnError | None = None,
    ) -> Frames[PhotoFrame]: ...

    def analyze(
        self,
        source: Picture | Iterable[Picture],
        *,
        path: str | None = None,
        bgr: bool = False,
        keep_pixels: bool = False,
        progress: Progress = False,
        on_error: OnError | None = None,
    ) -> PhotoFrame | Frames[PhotoFrame]:
        """Read one picture, or several.

        Parameters
        ----------
        source : picture, or list, tuple, iterator or generator of pictures
            A picture is a path, a data URI, the bytes of a file, a file object, a PIL picture, or
            an array ``uint8 (H, W, 3)`` in RGB; see ``mien.read_image``.
        path : str, optional
            Where one picture came from, for the result, if it cannot be told from ``source``.
        bgr : bool
            That arrays (of several pictures those that are arrays) have their channels as OpenCV
            has them, blue first.
        keep_pixels : bool
            Whether frames keep their pictures in memory, to be shown later. Without it a file is
            read again when it is to be shown, and an array shown as long as you have it.
        progress : bool or callable
            For several pictures: whether to show a bar on standard error; or a function that is
            called after each, with how many are done and how many there are (None if unknown).
        on_error : callable, optional
            For several pictures: a function that is called with the error of each that cannot be
            read, which is then left out. Without it the first such error is raised.

        Returns
        -------
        PhotoFrame or Frames
            Of one picture a frame, faces largest first, none when none was found. Of several a
            ``Frames``. For more than fit in memory as results, see ``analyze_many``.

        Raises
        ------
        ImageError
            If a picture cannot be read.
        UsageError
            If something is no picture, or an option is out of range.
        """
        if holds_pictures(source):
            if path is not None:
                raise UsageError("path is for one picture", hint="give paths as the pictures")
            return Frames(
                self.analyze_many(
                    source,  # type: ignore[arg-type]
                    bgr=bgr,
                    keep_pixels=keep_pixels,
                    progress=progress,
                    on_error=on_error,
                )
            )
        if progress is not False or on_error is not None:
            raise UsageError("progress and on_error are for several pictures", hint="give a list")
        if path is not None and not isinstance(path, str):
            raise UsageError(f"path is {kind_of(path)}, expected text")
        bgr, keep_pixels = flag("bgr", bgr), flag("keep_pixels", keep_pixels)
        cut = self._cut(source, path or path_of(source), bgr, keep_pixels)
        return self._read([cut], ReopenedModel(self.classifier, self.reader.labels))[0]

    def analyze_many(
        self,
        sources: Iterable[Picture],
        *,
        bgr: bool = False,
        keep_pixels: bool = False,
        progress: Progress = False,
        on_error: OnError | None = None,
    ) -> Iterator[PhotoFrame]:
        """Read pictures one after the other, as they come, in bounded memory.

        Up to ``BATCH`` pictures, or that many faces, are gathered before the model reads their
        faces in one go, so that frames come in small groups; of a gathered picture only the cut-out
        faces are held. A camera is better read picture by picture, by ``StreamAnalyzer``.

        Parameters
        ----------
        sources, bgr, keep_pixels, progress, on_error
            As for ``analyze``.

        Returns
        -------
        iterator of PhotoFrame
            In the order of ``sources``.

        Raises
        ------
        ImageError, UsageError
            At a picture that cannot be read, after the frames of those before; as ``analyze``.
        """
        if not holds_pictures(sources):
            if isinstance(sources, (Mapping, Set)) or sources is None:
                raise refusal(sources)
            raise UsageError(
                f"{kind_of(sources)} where several pictures are expected",
                hint="give a list, or use analyze",
            )
        if not callable(progress):
            progress = flag("progress", progress)
        if on_error is not None and not callable(on_error):
            raise UsageError(f"on_error is {kind_of(on_error)}, expected a function")
        return self._many(
            sources, flag("bgr", bgr), flag("keep_pixels", keep_pixels), progress, on_error
        )

    def _many(
        self,
        sources: Iterable[Picture],
        bgr: bool,
        keep_pixels: bool,
        progress: Progress,
        on_error: OnError | None,
    ) -> Iterator[PhotoFrame]:
        total = len(sources) if isinstance(sources, Sized) else None
        model = ReopenedModel(self.classifier, self.reader.labels)
        waiting: list[_Cut] = []
        with progress_of(progress, total) as advance:
            for number, source in enumerate(sources, 1):
                try:
                    of_array = bgr and isinstance(source, np.ndarray)
                    waiting.append(self._cut(source, path_of(source), of_array, keep_pixels))
                except MienError as error:
                    error = _with_place(error, f"picture {number}")
                    if on_error is None:
                        yield from self._read(waiting, model)
                        raise error from None
                    on_error(error)
                if len(waiting) >= BATCH or sum(len(cut.crops) for cut in waiting) >= BATCH:
                    yield from self._read(waiting, model)
                    waiting = []
                advance(number)
            yield from self._read(waiting, model)

    def _cut(self, source: Any, path: str | None, bgr: bool, keep_pixels: bool) -> _Cut:
        if isinstance(source, (str, os.PathLike)) and os.path.isdir(source):  # noqa: PTH112
            # Of any text, as long as it may be: ``Path.is_dir`` fails there.
            raise UsageError(
                "is a folder, not a picture",
                where=os.fspath(source),
                hint='give its pictures: sorted(Path(folder).glob("*.jpg"))',
            )
        picture = read_picture(source, bgr=bgr)
        pixels = picture.image
        detections = self.find_faces(pixels)
        return _Cut(
            path=path,
            width=pixels.shape[1],
            height=pixels.shape[0],
            picture=HeldPicture(source, bgr=bgr, pixels=pixels if keep_pixels else None),
            detections=detections,
            crops=self.cut_out(pixels, detections),
            signs=self.look_close(pixels, detections, picture.exif_focal) if self.signs else [],
            facts=picture.facts,
        )

    def _read(self, cuts: list[_Cut], model: ReopenedModel) -> list[PhotoFrame]:
        """What the faces of several pictures express, read in one go."""
        if not cuts:
            return []
        crops = np.concatenate([cut.crops for cut in cuts])
        detections = [detection for cut in cuts for detection in cut.detections]
        faces = iter(self.read_crops(crops, detections))
        return [
            PhotoFrame(
                path=cut.path,
                width=cut.width,
                height=cut.height,
                faces=with_signs(
                    [_photo_face(next(faces), crop, model) for crop in cut.crops], cut.signs
                ),
                detector=self.detector.name,
                model=self.card.name,
                reading=self.reader.name,
                **cut.facts,
                _model=model,
                _picture=cut.picture,
            )
            for cut in cuts
        ]


@overload
def read(  # type: ignore[overload-overlap]
    source: Picture, *, path: str | None = None, bgr: bool = False, keep_pixels: bool = False
) -> PhotoFrame: ...


@overload
def read(
    source: Iterable[Picture],
    *,
    bgr: bool = False,
    keep_pixels: bool = False,
    progress: Progress = False,
    on_error: OnError | None = None,
) -> Frames[PhotoFrame]: ...


def read(source: Any, **options: Any) -> PhotoFrame | Frames[PhotoFrame]:
    """Read one picture, or several, with an ``Analyzer`` as it is by default.

    It is made at the first call and kept for the next ones. For another model, detector or number
    of threads make an ``Analyzer`` of your own.

    Parameters
    ----------
    source, path, bgr, keep_pixels, progress, on_error
        As for ``Analyzer.analyze``.

    Returns
    -------
    PhotoFrame or Frames
        Of one picture a frame, of several a ``Frames``.

    Raises
    ------
    ImageError
        If a picture cannot be read.
    UsageError
        If something is no picture, or an option is out of range.

    Examples
    --------
    >>> import mien  # doctest: +SKIP
    >>> [(face.label, face.confidence) for face in mien.read("photo.jpg")]
    """
    known = ("path", "bgr", "keep_pixels", "progress", "on_error")
    for name in options:
        if name not in known:
            raise UsageError(
                f"{name} is no option of mien.read",
                hint=f"for options of networks make an Analyzer; here: {', '.join(known)}",
            )
    frames: PhotoFrame | Frames[PhotoFrame] = _default_analyzer().analyze(source, **options)
    return frames


@functools.cache
def _default_analyzer() -> Analyzer:
    # One thread: pools of threads inside a network do not survive a fork.
    return Analyzer()


def _photo_face(face: Face, crop: NDArray[np.uint8], model: ReopenedModel) -> PhotoFace:
    # A copy: a view would hold the crops of all the pictures of the batch.
    crop = crop.copy()
    crop.setflags(write=False)
    values = {each.name: getattr(face, each.name) for each in fields(Face)}
    return PhotoFace(**values, crop=crop, _model=model)


def _with_place(error: MienError, place: str) -> MienError:
    """The error of one picture among several, with its place if it does not say where."""
    if error.where is not None and error.where not in ("picture in memory", "file object"):
        return error
    return type(error)(error.what, where=place, hint=error.hint)
