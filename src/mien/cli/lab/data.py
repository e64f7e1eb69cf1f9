"""``mien data``: import data sets, list them, remove them."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich import box
from rich.table import Table

from mien.cli.console import err, out
from mien.cli.lab.data_sets.audit import audit
from mien.cli.lab.data_sets.collect import collect
from mien.cli.lab.data_sets.join import join
from mien.cli.lab.data_sets.told import tell_data_set
from mien.cli.lab.installed import require_lab
from mien.errors import DataError, UsageError

if TYPE_CHECKING:
    pass

data_app = typer.Typer(
    help="Import data sets, look into them, list and remove them.", invoke_without_command=True
)


@data_app.callback()
def _group(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@data_app.command("import")
def import_data(
    path: Annotated[
        Path,
        typer.Argument(
            help="fer2013.csv, icml_face_data.csv, compressed or in an archive; a folder of images "
            "(SPLIT/LABEL/ or LABEL/); a Parquet file with images, or a folder of such."
        ),
    ],
    name: Annotated[
        str | None,
        typer.Option(
            help="Name that recipes use. Default: fer2013 for a CSV file, else the name of the "
            "packaged mapping, or of the folder or file.",
            show_default=False,
        ),
    ] = None,
    ferplus: Annotated[
        Path | None,
        typer.Option(help="fer2013new.csv: the FER+ votes, joined row by row.", show_default=False),
    ] = None,
    mapping: Annotated[
        str | None,
        typer.Option(
            help="What the labels mean: a YAML file, or ck+, rafdb, affectnet, jaffe, fer2013. "
            "Not needed for labels like happy, happiness or surprised.",
            show_default=False,
        ),
    ] = None,
    holdout: Annotated[
        float,
        typer.Option(
            min=0,
            max=0.9,
            help="Share of Training held out as PublicTest where there is none; 0: none.",
        ),
    ] = 0.1,
    seed: Annotated[int, typer.Option(help="Decides which images are held out.")] = 0,
    size: Annotated[
        int,
        typer.Option(
            min=32,
            max=512,
            help="Pixels a side that every image is brought to. More than 48 is for images that "
            "have them, and for recipes that say input.size or leave it out.",
        ),
    ] = 48,
    colour: Annotated[
        bool, typer.Option("--colour", help="Keep colour, for recipes with input.colour.")
    ] = False,
    image_column: Annotated[
        str | None, typer.Option(help="Column of the images or pixels.", show_default=False)
    ] = None,
    label_column: Annotated[
        str | None, typer.Option(help="Column of the labels.", show_default=False)
    ] = None,
    split_column: Annotated[
        str | None, typer.Option(help="Column of the splits.", show_default=False)
    ] = None,
    person_column: Annotated[
        str | None,
        typer.Option(
            help="Column that says who is in an image: images of one person are held out together.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Check a data set image by image and keep it, with its SHA-256, for training."""
    require_lab()
    from mien.lab.data.faces import ImageShape
    from mien.lab.data.labels.mapping import load_mapping
    from mien.lab.data.source_content import Columns
    from mien.lab.data.store import import_faces, stored_path

    meaning = None if mapping is None else load_mapping(mapping)
    name = name or _default_name(path, mapping)
    target = stored_path(name)
    before = _sha256_before(name)
    with err.status("reading"):
        data = import_faces(
            path,
            name=name,
            ferplus=ferplus,
            mapping=meaning,
            columns=Columns(
                image=image_column, label=label_column, split=split_column, person=person_column
            ),
            holdout=holdout,
            seed=seed,
            shape=ImageShape(size, colour),
        )
    replaced = (
        ()
        if before in (None, data.sha256)
        else (f"it replaces another data set {name} (SHA-256 {before[:12]}…)",)
    )
    tell_data_set(data, target, replaced)


@data_app.command("list")
def list_data(
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """List the imported data sets."""
    require_lab()
    from mien.lab.data.store import data_folder, describe_stored, stored_names

    stored, damaged = [], []
    for name in stored_names():
        try:
            stored.append(describe_stored(name))
        except (DataError, UsageError) as error:
            damaged.append(str(error))
    if as_json:
        rows = [
            {
                "name": one.name,
                "path": str(one.path),
                "rows": one.rows,
                "size": one.image_shape.side,
                "colour": one.image_shape.colour,
                "label_set": one.label_set.name,
                "labels": list(one.label_set.labels),
                "splits": one.splits,
                "ferplus_votes": one.votes,
                "sha256": one.sha256,
                "notes": list(one.notes),
            }
            for one in stored
        ]
        typer.echo(json.dumps(rows, indent=2, ensure_ascii=False))
    elif not stored and not damaged:
        out.print("no data set has been imported; import one: mien data import fer2013.csv")
    else:
        table = Table(title="Imported data sets", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
        table.add_column("name", no_wrap=True)
        table.add_column("images", justify="right")
        table.add_column("pixels", no_wrap=True)
        table.add_column("Train / Public / Private", justify="right", no_wrap=True)
        for column in ("labels", "FER+", "SHA-256"):
            table.add_column(column)
        for one in stored:
            table.add_row(
                one.name,
                f"{one.rows:,}",
                f"{one.image_shape.side}{' colour' if one.image_shape.colour else ''}",
                " / ".join(f"{count:,}" for count in one.splits.values()),
                f"{one.label_set.name}",
                "yes" if one.votes else "no",
                f"{one.sha256[:8]}…",
            )
        out.print(table)
        out.print(f"kept in: {data_folder()}", markup=False)
    for message in damaged:
        err.print(f"note: {message}", markup=False)


data_app.command()(collect)
data_app.command()(join)
data_app.command()(audit)


@data_app.command("remove")
def remove_data(
    name: Annotated[str, typer.Argument(help="Name of an imported data set.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Remove an imported data set. The file that it was imported from stays."""
    require_lab()
    from mien.lab.data.store import load_faces, remove_stored, stored_names

    if name not in stored_names():
        load_faces(name)  # says that there is none
    if not yes:
        if not sys.stdin.isatty():
            raise UsageError(f"remove {name}?", hint="nobody can be asked here: add --yes")
        typer.confirm(f"Remove the imported data set {name}?", abort=True)
    out.print(f"removed {remove_stored(name)}", markup=False)


def _default_name(path: Path, mapping: str | None) -> str:
    from mien.lab.data.labels.mapping import packaged_mappings
    from mien.lab.data.packed_text import TAR_SUFFIXES, zip_holds_csv
    from mien.lab.data.sources.csv_source import find_csv

    try:
        is_folder = path.is_dir()
        packed = path.name.lower().endswith((*TAR_SUFFIXES, ".csv", ".gz", ".bz2", ".xz"))
        is_csv = packed or zip_holds_csv(path) or find_csv(path)
    except OSError:  # The import itself says what is wrong with the path.
        return "faces"
    if mapping is None and is_csv:
        return "fer2013"
    stem = path.resolve().name if is_folder else path.name.split(".")[0]
    if mapping is not None:
        packaged = mapping.lower() in packaged_mappings()
        stem = mapping if packaged else f"{stem}-{Path(mapping).stem}"
    return re.sub(r"[^a-z0-9._+-]+", "-", stem.lower()).strip("-._") or "faces"


def _sha256_before(name: str) -> str | None:
    """SHA-256 of the data set that the import is about to replace."""
    from mien.lab.data.store import describe_stored

    try:
        return describe_stored(name).sha256
    except DataError:
        return None
