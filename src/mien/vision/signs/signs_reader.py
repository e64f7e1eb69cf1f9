"""``SignsReader``: from faces that were found to what is visible in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from mien.body_signs import BodySigns
from mien.face_signs import BLENDSHAPE_NAMES, EYES_CLOSED, FaceSigns
from mien.results import Face
from mien.sign import Sign
from mien.vision.detection.detector import Detection, Image
from mien.vision.signs.blendshapes import BlendshapeNetwork
from mien.vision.signs.body import BodyNetwork
from mien.vision.signs.distance import Focal, distance
from mien.vision.signs.evidence import SPEAKS_FOR
from mien.vision.signs.eyes import eyes_open, gaze, iris_width
from mien.vision.signs.geometry import place_mean_face
from mien.vision.signs.mesh import Mesh, MeshNetwork, square_of_detection
from mien.vision.signs.visible_regions import LEAST_SEEN, REGIONS, RegionNetwork
from mien.vision.signs.words import signs_of

LEAST_FACE = 40.0
"""Shortest side in pixels of a face whose signs are read: in smaller ones lips are two rows."""

LEAST_INSIDE = 0.75
"""Share of a face's points that have to lie in the picture."""

LEAST_PRESENCE = 0.5

TURNED_AWAY = 40.0
"""Degrees of yaw, as read, from which the far eye and brow are behind the nose: 41 is 45 to 50."""

TOO_SMALL, CUT_OFF, NOT_SEEN = "too small", "at the picture's edge", "not seen close up"


_Face = TypeVar("_Face", bound=Face)


class SignsReader:
    """Reads what is visible in faces. It can be pickled and opens its files anew.

    Parameters
    ----------
    threads : int
        CPU threads for its networks, at least 1.
    """

    def __init__(self, *, threads: int = 1) -> None:
        self._mesh = MeshNetwork(threads=threads)
        self._blendshapes = BlendshapeNetwork(threads=threads)
        self._regions = RegionNetwork(threads=threads)
        self._body = BodyNetwork(threads=threads)

    def read(
        self,
        image: Image,
        detections: Sequence[Detection],
        focal: Focal,
        *,
        rests: Sequence[Mapping[str, float]] = (),
        body: bool = False,
        before: Sequence[BodySigns | None] = (),
    ) -> list[FaceSigns | str]:
        """What is visible in each face, or why nothing can be said, in their order.

        Parameters
        ----------
        image : ndarray of shape (H, W, 3), uint8, RGB
        detections : sequence of Detection
        focal : Focal
            Of ``image``.
        rests : sequence of mapping, optional
            For each face the blendshapes at rest, as far as known.
        body : bool
            Whether to look for the bodies, too.
        before : sequence of BodySigns or None, optional
            For each face its body in the frame before, as far as known.

        Returns
        -------
        list of FaceSigns or str
            For a face without: ``"too small"``, ``"at the picture's edge"`` or ``"not seen close
            up"``.
        """
        large = [
            at for at, each in enumerate(detections) if min(each.width, each.height) >= LEAST_FACE
        ]
        found: list[FaceSigns | str] = [TOO_SMALL] * len(detections)
        squares = [square_of_detection(detections[at]) for at in large]
        meshes = self._mesh.read(image, squares)
        seen = self._regions.read([mesh.crop for mesh in meshes])
        for at, mesh, shares in zip(large, meshes, seen, strict=True):
            covered = tuple(
                name for name, share in zip(REGIONS, shares, strict=True) if share < LEAST_SEEN
            )
            rest = rests[at] if rests else {}
            signs = self._of_mesh(mesh, covered, image.shape, focal, rest)
            if body and isinstance(signs, FaceSigns):
                last = before[at] if before else None
                signs = _with_body(signs, self._body.read(image, detections[at], signs, last))
            found[at] = signs
        return found

    def _of_mesh(
        self,
        mesh: Mesh,
        covered: tuple[str, ...],
        shape: Sequence[int],
        focal: Focal,
        rest: Mapping[str, float],
    ) -> FaceSigns | str:
        """What a mesh shows in a picture of ``shape`` (height, width, …), or why nothing."""
        if mesh.presence < LEAST_PRESENCE or len(covered) == len(REGIONS):
            return NOT_SEEN
        x, y = mesh.points[:, 0], mesh.points[:, 1]
        inside = (x >= 0) & (y >= 0) & (x < shape[1]) & (y < shape[0])
        if inside.mean() < LEAST_INSIDE:
            return CUT_OFF
        values = self._blendshapes.read(mesh.upright)
        named = dict(zip(BLENDSHAPE_NAMES, values.tolist(), strict=True))
        placement = place_mean_face(mesh.points)
        head = placement.head
        covered = tuple(name for name in REGIONS if name in covered or name in _behind(head.yaw))
        closed = [named[f"eyeBlink{side}"] > EYES_CLOSED for side in ("Left", "Right")]
        eyes_hidden = "left_eye" in covered or "right_eye" in covered
        where = None if all(closed) or eyes_hidden else gaze(mesh.points, placement)
        away, metres_a_pixel = distance(
            focal,
            iris_pixels=iris_width(mesh.points, head.yaw, head.pitch),
            head_scale=placement.scale,
            irises_seen=not any(closed) and not eyes_hidden,
        )
        return FaceSigns(
            points=mesh.points,
            metric_points=_around_eyes(mesh.points, metres_a_pixel),
            presence=mesh.presence,
            blendshapes=named,
            head=head,
            gaze=where,
            eyes_open=eyes_open(mesh.points),
            distance=away,
            signs=tuple(
                sign
                for sign in signs_of(named, head, where, rest=rest)
                if not _is_covered(sign, covered)
            ),
            covered=covered,
        )


def _behind(yaw: float) -> tuple[str, ...]:
    """What a turned head hides: of a face that is turned to the picture's right its left side."""
    if abs(yaw) < TURNED_AWAY:
        return ()
    side = "left" if yaw > 0 else "right"
    return f"{side}_eye", f"{side}_brow"


def _with_body(signs: FaceSigns, body: BodySigns | str) -> FaceSigns:
    if isinstance(body, str):
        return replace(signs, no_body_because=body)
    return replace(signs, body=body)


def _is_covered(sign: Sign, covered: tuple[str, ...]) -> bool:
    """Whether a sign is of a region that is hidden, or of both sides where one is."""
    if sign.region in ("mouth", "head"):
        return sign.region in covered
    part = sign.region.removesuffix("s")
    sides = ("left", "right") if sign.side is None else (sign.side,)
    return any(f"{side}_{part}" in covered for side in sides)


def _around_eyes(points: npt.NDArray[np.float32], metres_a_pixel: float) -> npt.NDArray[np.float32]:
    middle = points[[33, 133, 362, 263]].mean(axis=0)
    return np.asarray((points - middle) * metres_a_pixel, np.float32)


def with_signs(faces: Sequence[_Face], found: Sequence[FaceSigns | str]) -> tuple[_Face, ...]:
    """The faces with what was found visible in them, or why nothing was; all if nobody looked."""
    if not found:
        return tuple(faces)
    return tuple(
        replace(face, no_signs_because=each)
        if isinstance(each, str)
        else replace(face, signs=_for_word(each, (face.track or face).label))
        for face, each in zip(faces, found, strict=True)
    )


def _for_word(signs: FaceSigns, word: str) -> FaceSigns:
    """The same with the signs first that speak for the word shown, and marked so."""
    telling = SPEAKS_FOR.get(word, ())
    marked = [
        replace(sign, speaks_for=word) if sign.name in telling else sign for sign in signs.signs
    ]
    return replace(signs, signs=tuple(sorted(marked, key=lambda sign: sign.speaks_for is None)))
