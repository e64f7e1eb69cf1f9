"""``audit.html``: one page with everything in it, pictures too; no script, no network."""

from __future__ import annotations

from pathlib import Path

from mien.emotions import FERPLUS
from mien.lab.data.audit.audit import Audit
from mien.lab.data.audit.blanks import MOSTLY_SHARE, NEARLY_BLANK_DEVIATION
from mien.lab.data.audit.counts import ALL
from mien.lab.data.audit.galleries import make_galleries
from mien.lab.data.audit.label_agreement import SUSPECT_MARGIN
from mien.lab.data.audit.near import LEAST_CORRELATION
from mien.lab.data.faces import FaceData
from mien.lab.pages.page import render
from mien.lab.result_files import OTHER_FOLDER, rows_text, write_results

JSON_NAME, PAGE_NAME = "audit.json", "audit.html"

LEVEL_NAMES = {"act": "Do", "know": "Know", "missing": "Missing", "fine": "Fine"}
"""What the page and the terminal call the levels of a finding."""


def write_audit(audit: Audit, data: FaceData, folder: Path) -> Path:
    """Write ``audit.json`` and ``audit.html``, both or none.

    Returns
    -------
    Path
        Of the page.

    Raises
    ------
    OutputError
        If the folder cannot be written.
    """
    contents = {JSON_NAME: rows_text(audit.to_dict()), PAGE_NAME: render_page(audit, data)}
    write_results(folder, contents, hint=OTHER_FOLDER)
    return folder / PAGE_NAME


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
