"""The audit of a data set: all figures, computed once, for the terminal, JSON and the page.

``audit.json`` is ``Audit.to_dict()``.
Rows are positions in the imported data set, from 0 (for ``fer2013.csv``: the line number less 2).
Shares lie between 0 and 1, grey values between 0 and 255. The document::

    schema          "mien.audit/1"
    name, sha256, label_set, labels, images, image_side, colour, notes
    thresholds      near_correlation, nearly_blank_deviation, mostly_share, suspect_margin
    findings        [{key, level, what, meaning, action}]
                    level: act | know | missing | fine
    counts          [{split, images, counts: {label: images}, shares: {label: share},
                      imbalance_ratio | null, missing: [label]}]; split "all" is the last
    blanks          [{row, split, label, kind, mean, deviation, grey_values, commonest_share}]
                    kind: blank | nearly blank | mostly one value
    duplicates
      overlaps      [{split, other, images, exact, exact_disagreeing, exact_or_near}]
      exact         [{rows, splits, labels, labels_agree, votes_agree | null,
                      votes_identical | null}], pixel-identical
      near_pairs    [{rows, splits, labels, correlation, mirrored}], at most 10,000
      near_pair_count
      families      like exact: connected by exact or near duplicates
      complete      whether the search for near duplicates was
    intensity       [{split, label, images, mean, deviation, brightness_deviation, contrast,
                      black_share, white_share, percentiles: {"1": …, "99": …}}]
    agreement       null without FER+ votes, or
      rule
      overall       {name, images, compared, agreeing, share | null}
      by_label, by_split   [the same]
      cross_table   {label: {FER+ majority or "none": images}}
      without_counterpart  [label]
      not_faces     [row]
      suspects      [{row, split, label, majority, label_votes, majority_votes, votes}]

What each field means is written at the dataclass of the same name in ``mien.lab.data.audit``.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from mien.errors import DataError
from mien.lab.data.audit.blanks import (
    MOSTLY_SHARE,
    NEARLY_BLANK_DEVIATION,
    Blank,
    find_blanks,
    has_contrast,
)
from mien.lab.data.audit.counts import ClassCounts, class_counts
from mien.lab.data.audit.duplicates import Duplicates, find_duplicates
from mien.lab.data.audit.findings import Finding, interpret
from mien.lab.data.audit.intensity import Intensity, histograms, intensities
from mien.lab.data.audit.label_agreement import SUSPECT_MARGIN, AgreementAudit, find_agreement
from mien.lab.data.audit.near import LEAST_CORRELATION
from mien.lab.data.audit.vote_join import check_join
from mien.lab.data.faces import FaceData, ImageShape

SCHEMA = "mien.audit/1"


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

    def to_dict(self) -> dict[str, Any]:
        """``audit.json`` as plain types; see the top of this module."""
        return {
            "schema": SCHEMA,
            "name": self.name,
            "sha256": self.sha256,
            "label_set": self.label_set,
            "labels": list(self.labels),
            "images": self.images,
            "image_side": self.image_shape.side,
            "colour": self.image_shape.colour,
            "notes": list(self.notes),
            "thresholds": {
                "near_correlation": LEAST_CORRELATION,
                "nearly_blank_deviation": NEARLY_BLANK_DEVIATION,
                "mostly_share": MOSTLY_SHARE,
                "suspect_margin": SUSPECT_MARGIN,
            },
            "findings": [asdict(finding) for finding in self.findings],
            "counts": [part.to_dict() for part in self.counts],
            "blanks": [blank.to_dict() for blank in self.blanks],
            "duplicates": self.duplicates.to_dict(),
            "intensity": [part.to_dict() for part in self.intensity],
            "agreement": None if self.agreement is None else self.agreement.to_dict(),
        }


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
        findings=interpret(counts, blanks, duplicates, intensity, agreement, check_join(data)),
    )
