"""``mien album similar``: photos whose faces have the most similar expressions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from mien.album.asking.asked_photo import read_asked
from mien.album.asking.columns import SEVEN, load_columns
from mien.album.asking.hits import hits_of_rows
from mien.album.asking.presence import first_present
from mien.album.asking.similar import load_embeddings, pictures_of, rank_similar
from mien.album.database import default_database, open_album
from mien.album.missing import missing_notes
from mien.album.taking.gallery import write_gallery
from mien.album.taking.take import take_photos
from mien.cli.album.answers import (
    AnswerFormat,
    FormatOption,
    GalleryOption,
    NumberOption,
    OutOption,
    PlaceOption,
    Way,
    WayOption,
    check_way,
    print_hits,
)
from mien.cli.console import print_note
from mien.cli.options import Database
from mien.errors import UsageError
from mien.packaged import find_model


def similar(
    photo: Annotated[Path, typer.Argument(help="A photo with faces, in the album or not.")],
    number: NumberOption = 20,
    face: Annotated[
        int | None,
        typer.Option(min=1, help="Only this face of it, 1 is the largest.", show_default=False),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(help="The model that the album was indexed with.", show_default=False),
    ] = None,
    format: FormatOption = AnswerFormat.TABLE,
    out: OutOption = None,
    way: WayOption = Way.COPY,
    gallery: GalleryOption = None,
    place: PlaceOption = False,
    database: Database = None,
) -> None:
    """Name the photos whose faces have the most similar expressions.

    The photo itself and copies of it are left out. The faces are compared by what the model sees
    in them. That is not who they are: it cannot find a person.
    """
    check_way(way, out)
    itself = read_asked(photo, find_model(model))
    asked = itself.embeddings
    if face is not None:
        if face > len(asked):
            has = "1 face" if len(asked) == 1 else f"{len(asked)} faces"
            raise UsageError(f"it has {has}, no face {face}", where=photo)
        asked = asked[face - 1 : face]
    with open_album(database or default_database()) as connection:
        columns = load_columns(connection)
        pictures, scores = rank_similar(asked, load_embeddings(connection))
        own = pictures_of(connection, itself)
        rows = {
            picture: row
            for row, picture in enumerate(columns.picture.tolist())
            if picture not in own
        }
        score_of = {
            rows[picture]: score
            for picture, score in zip(pictures.tolist(), scores.tolist(), strict=True)
            if picture in rows
        }
        present, best, gone = first_present(connection, columns, score_of, number)
        hits = hits_of_rows(
            connection,
            present,
            best,
            [score_of[row] for row in best],
            SEVEN,
            counted=np.ones(len(columns.faces.photo), bool),
            place=place,
        )
    if out is not None:
        take_photos(hits, out, way=way.value)
    if gallery is not None:
        write_gallery(
            gallery,
            hits,
            title=f"The {len(hits)} photos most similar to {photo.name}",
            subtitle="By the expressions of their faces; the score is a cosine.",
            emotion="",
        )
    print_hits(hits, format, {"similar": str(photo)}, place=place)
    for line in missing_notes((*columns.missing, *gone)):
        print_note(line)
