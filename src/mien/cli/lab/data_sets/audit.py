"""``mien data audit``: what is in a data set, and what is wrong with it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich import box
from rich.table import Table
from rich.text import Text

from mien.cli.console import err, out, print_note
from mien.cli.lab.installed import require_lab

if TYPE_CHECKING:
    from mien.lab.data.audit.audit import Audit
    from mien.lab.data.audit.label_agreement import AgreementAudit

_STYLES = {"act": "bold yellow", "know": "bold cyan", "missing": "dim", "fine": "green"}


def audit(
    name: Annotated[str, typer.Argument(help="Name of an imported data set, see mien data list.")],
    folder: Annotated[
        Path | None,
        typer.Option(
            "--out",
            help="Folder for audit.json and audit.html. Default: audit-NAME here.",
            show_default=False,
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the contents of audit.json instead of tables.")
    ] = False,
) -> None:
    """Count classes; find blank images, duplicates, leaks between splits, likely label errors."""
    require_lab()
    from mien.lab.data.audit.audit import audit_faces
    from mien.lab.data.audit.audit_page import write_audit
    from mien.lab.data.store import load_faces
    from mien.lab.result_files import rows_text

    data = load_faces(name)
    with err.status("comparing every image with every other"):
        found = audit_faces(data)
    page = write_audit(found, data, folder or Path(f"audit-{name}"))
    if as_json:
        typer.echo(rows_text(found.to_dict()), nl=False)
    else:
        out.print(_counts(found))
        out.print(_overlaps(found))
        if found.agreement is not None:
            out.print(_agreement(found.agreement))
        _print_findings(found)
    print_note(f"with pictures: {page} (and audit.json next to it)")


def _counts(found: Audit) -> Table:
    table = Table(title=f"{found.name}: {found.images:,} images", box=box.SIMPLE)
    table.add_column("label", no_wrap=True)
    for part in found.counts:
        table.add_column(part.split, justify="right", no_wrap=True)
    for label in found.labels:
        table.add_row(
            Text(label),
            *(f"{part.counts[label]:,} {part.share(label):>6.1%}" for part in found.counts),
        )
    table.add_section()
    ratios = (part.imbalance_ratio for part in found.counts)
    table.add_row(
        "largest : smallest", *("–" if ratio is None else f"{ratio:.1f}       " for ratio in ratios)
    )
    return table


def _overlaps(found: Audit) -> Table:
    table = Table(title="Images with a duplicate", box=box.SIMPLE)
    table.add_column("of", no_wrap=True)
    table.add_column("in", no_wrap=True)
    for column in ("identical", "under other labels only", "identical or near"):
        table.add_column(column, justify="right")
    for part in found.duplicates.overlaps:
        table.add_row(
            part.split,
            "itself" if part.split == part.other else part.other,
            f"{part.exact:,} {part.exact / part.images:>6.1%}",
            f"{part.exact_disagreeing:,}",
            f"{part.exact_or_near:,} {part.exact_or_near / part.images:>6.1%}",
        )
    return table


def _agreement(agreement: AgreementAudit) -> Table:
    table = Table(title="Agreement with the FER+ majority (Microsoft's rule)", box=box.SIMPLE)
    table.add_column("label", no_wrap=True)
    for column in ("images", "compared", "agree", "share"):
        table.add_column(column, justify="right")
    for part in (*agreement.by_label, agreement.overall):
        table.add_row(
            Text(part.name),
            f"{part.images:,}",
            f"{part.compared:,}",
            f"{part.agreeing:,}",
            "–" if part.share is None else f"{part.share:.1%}",
        )
    return table


def _print_findings(found: Audit) -> None:
    from mien.lab.data.audit.audit_page import LEVEL_NAMES

    for finding in found.findings:
        line = Text(f"{LEVEL_NAMES[finding.level]}: ", style=_STYLES[finding.level])
        line.append(finding.what, style="default")
        out.print(line)
        out.print(f"    {finding.meaning}", markup=False, style="dim")
        if finding.action:
            out.print(f"    → {finding.action}", markup=False)
