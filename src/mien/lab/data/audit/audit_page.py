"""``audit.html``: one page with everything in it, pictures too; no script, no network."""

from __future__ import annotations

from mien.emotions import FERPLUS
from mien.lab.data.audit.audit import Audit
from mien.lab.data.audit.blanks import MOSTLY_SHARE, NEARLY_BLANK_DEVIATION
from mien.lab.data.audit.counts import ALL
from mien.lab.data.audit.galleries import make_galleries
from mien.lab.data.audit.label_agreement import SUSPECT_MARGIN
from mien.lab.data.audit.near import LEAST_CORRELATION
from mien.lab.data.faces import FaceData
from mien.lab.pages.page import render

LEVEL_NAMES = {"act": "Do", "know": "Know", "missing": "Missing", "fine": "Fine"}
"""What the page and the terminal call the levels of a finding."""


def render_page(audit: Audit, data: FaceData) -> str:
    """The page as HTML text.

    Parameters
    ----------
    audit : Audit
    data : FaceData
        The data set that was audited, for the pictures.
    """
    by_label = [part for part in audit.intensity if part.split == ALL and part.label != ALL]
    by_split = [part for part in audit.intensity if part.label == ALL]
    return render(
        "data/audit/page.html.jinja",
        audit=audit,
        pictures=make_galleries(audit, data),
        intensity_summary=[*by_split, *by_label],
        level_names=LEVEL_NAMES,
        majorities=(*FERPLUS.labels, "none"),
        largest_count=max(max(part.counts.values()) for part in audit.counts),
        near_correlation=LEAST_CORRELATION,
        nearly_blank=NEARLY_BLANK_DEVIATION,
        mostly=MOSTLY_SHARE,
        suspect_margin=SUSPECT_MARGIN,
    )
