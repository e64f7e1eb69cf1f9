"""``mien album similar``: photos whose faces have the most similar expressions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mien.album.asking.asked_photo import read_asked
from mien.album.asking.columns import load_columns
from mien.album.asking.hits import hits_of
from mien.album.asking.presence import first_present
from mien.album.asking.question import Labels
from mien.album.asking.similar import load_embeddings, pictures_of, similar_ranking
from mien.album.database import default_database, open_album
from mien.album.missing import missing_notes
from mien.cli.album.hit_options import HitOptions
from mien.cli.console import print_note
from mien.cli.gathered import gathered
from mien.cli.options import Database
from mien.errors import UsageError
from mien.packaged import find_model
from mien.wording import count


@gathered
def similar(
    photo: Annotated[Path, typer.Argument(help="A photo with faces, in the album or not.")],
    options: HitOptions,
    face: Annotated[
        int | None,
        typer.Option(min=1, help="Only this face of it, 1 is the largest.", show_default=False),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(help="The model that the album was indexed with.", show_default=False),
    ] = None,
    database: Database = None,
) -> None:
    """Name the photos whose faces have the most similar expressions.

    The photo itself and copies of it are left out. The faces are compared by what the model sees
    in them. That is not who they are: it cannot find a person.
    """
    options.check()
    itself = read_asked(photo, find_model(model))
    asked = itself.embeddings
    if face is not None:
        if face > len(asked):
            raise UsageError(f"it has {count(len(asked), 'face')}, no face {face}", where=photo)
        asked = asked[face - 1 : face]
    with open_album(database or default_database()) as connection:
        columns = load_columns(connection)
        ranking = similar_ranking(
            columns, load_embeddings(connection), asked, pictures_of(connection, itself)
        )
        present = first_present(connection, columns, ranking, options.number)
        hits = hits_of(
            connection, present.columns, present.first, Labels.SEVEN, place=options.place
        )
    options.take(hits)
    options.show(
        hits,
        title=f"The {len(hits)} photos most similar to {photo.name}",
        subtitle="By the expressions of their faces; the score is a cosine.",
        emotion="",
    )
    options.print(hits, {"similar": str(photo)})
    for line in missing_notes((*columns.missing, *present.missing)):
        print_note(line)
