"""The audit of a data set: all figures, computed once, for the terminal, JSON and the page."""

from __future__ import annotations

from dataclasses import dataclass

from mien.errors import DataError
from mien.lab.data.audit.blanks import Blank, find_blanks, has_contrast
from mien.lab.data.audit.counts import ClassCounts, class_counts
from mien.lab.data.audit.duplicates import Duplicates, find_duplicates
from mien.lab.data.audit.findings import Finding, interpret
from mien.lab.data.audit.intensity import Intensity, histograms, intensities
from mien.lab.data.audit.label_agreement import AgreementAudit, find_agreement
from mien.lab.data.faces import FaceData, ImageShape


@dataclass(frozen=True)
class Audit:
    """What is in a data set.

    Attributes
    ----------
    name, sha256 : str
    label_set : str
    labels : tuple of str
    images : int
    image_shape : ImageShape
        Grey values are those of the images made grey, where they have colour.
    notes : tuple of str
        What was decided when it was imported.
    counts : tuple of ClassCounts
        By split; all splits last.
    blanks : tuple of Blank
    duplicates : Duplicates
    intensity : tuple of Intensity
    agreement : AgreementAudit or None
        None without FER+ votes.
    findings : tuple of Finding
    """

    name: str
    sha256: str
    label_set: str
    labels: tuple[str, ...]
    images: int
    image_shape: ImageShape
    notes: tuple[str, ...]
    counts: tuple[ClassCounts, ...]
    blanks: tuple[Blank, ...]
    duplicates: Duplicates
    intensity: tuple[Intensity, ...]
    agreement: AgreementAudit | None
    findings: tuple[Finding, ...]


def audit_faces(data: FaceData) -> Audit:
    """Audit a data set. Some ten seconds for FER2013's 35,887 images on one core.

    Raises
    ------
    DataError
        If it has no images.
    """
    if not len(data):
        raise DataError("has no images", where=data.name, hint="import it again")
    histogram = histograms(data.images)
    counts = class_counts(data)
    blanks = find_blanks(data, histogram)
    duplicates = find_duplicates(data, has_contrast(histogram))
    intensity = intensities(data, histogram)
    agreement = find_agreement(data)
    return Audit(
        name=data.name,
        sha256=data.sha256,
        label_set=data.label_set.name,
        labels=data.label_set.labels,
        images=len(data),
        image_shape=data.image_shape,
        notes=data.notes,
        counts=counts,
        blanks=blanks,
        duplicates=duplicates,
        intensity=intensity,
        agreement=agreement,
        findings=interpret(counts, blanks, duplicates, intensity, agreement),
    )
