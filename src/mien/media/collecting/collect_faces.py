"""From one picture to the faces in it, labelled and cut out."""

from __future__ import annotations

from mien.media.collecting.agreement import Agreement, agree
from mien.media.collecting.collected_picture import CollectedPicture
from mien.media.collecting.folder_of_faces import FolderOfFaces
from mien.vision.crop import crop_face
from mien.vision.detection.detector import Detection
from mien.vision.pixel_analyzer import PixelAnalyzer


def collect_faces(
    analyzer: PixelAnalyzer,
    picture: CollectedPicture,
    faces: FolderOfFaces,
    *,
    size: int,
    colour: bool,
) -> list[Agreement]:
    """Find the faces of a picture, label them, and hand them to ``faces``.

    Parameters
    ----------
    analyzer : PixelAnalyzer
        With signs and body. Faces are cut out as its model's card says.
    picture : CollectedPicture
    faces : FolderOfFaces
    size : int
        Side of the crops in pixels.
    colour : bool
        Whether crops are RGB instead of grey.

    Returns
    -------
    list of Agreement
        One a face, also for those that are left out.

    Raises
    ------
    OutputError
        If something cannot be written.
    """
    frame = analyzer.read_pixels(picture.image, path=picture.path, exif_focal=picture.exif_focal)
    found = []
    for face in frame:
        agreement = agree(face)
        crop = None
        if agreement.label is not None:
            crop = crop_face(
                picture.image,
                Detection(face.xyxy, face.score, face.landmarks),
                analyzer.card.crop,
                height=size,
                width=size,
                colour="rgb" if colour else "grey",
            )
        faces.add(picture.path, picture.time, face.xyxy, agreement, crop)
        found.append(agreement)
    return found
