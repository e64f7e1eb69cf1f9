"""``mien album top`` and ``mien album similar``: questions to the album, and forms of answers."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from mien.album.asking.columns import SEVEN, AlbumColumns, load_columns
from mien.album.asking.hits import Hit, hits_of_rows, ranked_hits
from mien.album.asking.presence import first_present, rank_present
from mien.album.asking.rank import (
    LEAST_BRIGHTNESS,
    LEAST_SCORE,
    LEAST_SHARPNESS,
    LEAST_SIZE,
    Query,
    Ranking,
    rank,
)
from mien.album.asking.similar import load_embeddings, pictures_of, rank_similar, read_asked
from mien.album.asking.spans import number_range, time_span
from mien.album.database import default_database, open_album
from mien.album.missing import HOW_MOVED, forget_command, highest_missing, missing_notes
from mien.album.store import known_files
from mien.album.taking.gallery import write_gallery
from mien.album.taking.listing import shown_path, to_csv, to_json, to_paths, to_table
from mien.album.taking.take import take_photos
from mien.album.taking.xmp import write_sidecars
from mien.cli.console import out as console
from mien.cli.console import print_note
from mien.errors import UsageError
from mien.media.results.output import open_output
from mien.packaged import find_model


class AnswerFormat(StrEnum):
    """Forms of an answer."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    PATHS = "paths"
    PATHS0 = "paths0"


class Rule(StrEnum):
    """How the faces of a photo make its score."""

    MEAN = "mean"
    MIN = "min"
    ANY = "any"
    SHARE = "share"


class Labels(StrEnum):
    """Label sets."""

    SEVEN = "seven"
    FOUR = "four"
    FERPLUS = "ferplus"
    VALENCE = "valence"


class Bursts(StrEnum):
    """What is shown of a burst."""

    BEST = "best"
    ALL = "all"


class Way(StrEnum):
    """How photos get into a folder."""

    COPY = "copy"
    HARDLINK = "hardlink"


DatabaseOption = Annotated[
    Path | None,
    typer.Option(
        envvar="MIEN_ALBUM",
        help="The album's file; by default album.sqlite3 in Mien's data folder.",
        show_default=False,
    ),
]
NumberOption = Annotated[int, typer.Option("--number", "-n", min=1, help="How many photos.")]
FormatOption = Annotated[
    AnswerFormat,
    typer.Option("--format", "-f", help="paths0 ends each path with a NUL, for xargs -0."),
]
OutOption = Annotated[
    Path | None,
    typer.Option("--out", "-o", help="Folder to put the photos in.", show_default=False),
]
WayOption = Annotated[
    Way, typer.Option("--as", help="How they get there; a hard link is the same file.")
]
GalleryOption = Annotated[
    Path | None,
    typer.Option("--gallery", help="Write a page with photos and faces.", show_default=False),
]
PlaceOption = Annotated[
    bool, typer.Option("--place", help="Tell where photos were taken; never told otherwise.")
]


def top(
    folder: Annotated[
        Path | None, typer.Argument(help="Only photos below this folder.", show_default=False)
    ] = None,
    emotion: Annotated[
        str,
        typer.Option(
            "--emotion", "-e", help="An emotion, or for example: happy>0.8 and not sad>0.2"
        ),
    ] = "happy",
    number: NumberOption = 20,
    rule: Annotated[
        Rule,
        typer.Option(help="Mean or least over the faces, any face, or share of the faces."),
    ] = Rule.MEAN,
    labels: Annotated[
        Labels, typer.Option(help="Seven emotions, four, FER+'s eight, or positive/negative.")
    ] = Labels.SEVEN,
    faces: Annotated[
        str, typer.Option(metavar="RANGE", help="Faces that count: 3, 2..5, 2.. or ..4")
    ] = "1..",
    begin: Annotated[
        str | None,
        typer.Option("--from", metavar="DATE", help="Taken from then on.", show_default=False),
    ] = None,
    end: Annotated[
        str | None,
        typer.Option(
            "--to", metavar="DATE", help="Taken until then, included.", show_default=False
        ),
    ] = None,
    path: Annotated[
        str | None,
        typer.Option(metavar="GLOB", help="For example 2019/*/*.jpg", show_default=False),
    ] = None,
    sure: Annotated[
        bool, typer.Option("--sure", help="Leave out faces of which the model is unsure.")
    ] = False,
    min_size: Annotated[
        float, typer.Option(min=0, help="Smaller faces do not count, pixels.")
    ] = LEAST_SIZE,
    min_sharpness: Annotated[
        float, typer.Option(min=0, help="More blurred faces do not count.")
    ] = LEAST_SHARPNESS,
    min_brightness: Annotated[
        float, typer.Option(min=0, max=1, help="Darker faces do not count.")
    ] = LEAST_BRIGHTNESS,
    min_score: Annotated[
        float, typer.Option(min=0, max=1, help="Photos of an emotion with less are not named.")
    ] = LEAST_SCORE,
    bursts: Annotated[
        Bursts,
        typer.Option(help="Of a burst, and of photos that are alike, only the best, or all."),
    ] = Bursts.BEST,
    format: FormatOption = AnswerFormat.TABLE,
    out: OutOption = None,
    way: WayOption = Way.COPY,
    gallery: GalleryOption = None,
    xmp: Annotated[
        bool, typer.Option("--xmp", help="Write XMP sidecars beside the photos, or the copies.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Replace sidecars that are there already.")
    ] = False,
    place: PlaceOption = False,
    database: DatabaseOption = None,
) -> None:
    """Name the best photos for an expression.

    The score of a photo is made of the faces in it that are large, sharp and bright enough. No
    network runs: ask as often as you like.
    """
    if force and not xmp:
        raise UsageError("--force is about sidecars: use it with --xmp")
    _check_way(way, out)
    query = Query(
        emotion=emotion,
        labels=labels.value,
        rule=rule.value,
        faces=number_range(faces, "--faces"),
        taken_from=None if begin is None else time_span(begin, "--from")[0],
        taken_to=None if end is None else time_span(end, "--to")[1],
        folder=None if folder is None else _absolute(folder),
        path=path,
        sure=sure,
        min_size=min_size,
        min_sharpness=min_sharpness,
        min_brightness=min_brightness,
        only_best_of_burst=bursts is Bursts.BEST,
        min_score=min_score,
    )
    since, until = query.taken_from, query.taken_to
    if since is not None and until is not None and since >= until:
        raise UsageError(f"nothing is between {begin} and {end}", where="--from, --to")
    with open_album(database or default_database()) as connection:
        columns = load_columns(connection, query.folder)
        if folder is not None:
            _check_folder(connection, columns, folder)
        present = rank_present(connection, columns, lambda those: rank(those, query), number)
        ranking = present.ranking
        hits = ranked_hits(connection, present.columns, ranking, query, most=number, place=place)
    taken = () if out is None else take_photos(hits, out, way=way.value)
    if xmp:
        beside = taken or [hit.path for hit in hits]
        write_sidecars(beside, hits, emotion=emotion, force=force)
    if gallery is not None:
        title = f"The {len(hits)} best photos for: {emotion}"
        write_gallery(
            gallery, hits, title=title, subtitle=_in_words(query, ranking), emotion=emotion
        )
    question = {"emotion": emotion, "labels": labels.value, "rule": rule.value}
    _print(hits, format, question, place=place)
    if ranking.below and len(hits) < number:
        print_note(
            f"only {len(hits):,} of {number:,} are {emotion}: {ranking.below:,} more have a score "
            f"below {min_score:g}; to see them, too: --min-score 0"
        )
    _note(ranking, columns.other_model)
    for line in missing_notes((*columns.missing, *present.missing)):
        print_note(line)


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
    database: DatabaseOption = None,
) -> None:
    """Name the photos whose faces have the most similar expressions.

    The photo itself and copies of it are left out. The faces are compared by what the model sees
    in them. That is not who they are: it cannot find a person.
    """
    _check_way(way, out)
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
    _print(hits, format, {"similar": str(photo)}, place=place)
    for line in missing_notes((*columns.missing, *gone)):
        print_note(line)


def _check_way(way: Way, out: Path | None) -> None:
    if way is not Way.COPY and out is None:
        raise UsageError("--as is about photos in a folder: use it with --out")


def _check_folder(connection: sqlite3.Connection, columns: AlbumColumns, folder: Path) -> None:
    if columns.paths or columns.other_model:
        return
    path = _absolute(folder)
    if not folder.exists() and known_files(connection, path):
        gone = highest_missing(path)
        raise UsageError(
            f"the photos that were here are gone: {shown_path(os.fsdecode(gone))} is no longer "
            "there",
            where=folder,
            hint=f"{HOW_MOVED}; or take it out of the album: {forget_command(gone)}",
        )
    raise UsageError(
        "no photo of this folder is in the album",
        where=folder,
        hint="check the spelling, or fill it: mien album index FOLDER",
    )


def _absolute(path: Path) -> bytes:
    """As the index names files: without dots, and links stay."""
    return os.fsencode(os.path.abspath(path))  # noqa: PTH100 (links stay)


def _print(
    hits: Sequence[Hit], format: AnswerFormat, question: dict[str, Any], *, place: bool
) -> None:
    if format is AnswerFormat.TABLE:
        if not hits:
            print_note("no photo fits")
            return
        console.print(to_table(hits, question.get("emotion", ""), place=place))
        return
    data = {
        AnswerFormat.JSON: lambda: to_json(hits, question),
        AnswerFormat.CSV: lambda: to_csv(hits, place=place),
        AnswerFormat.PATHS: lambda: to_paths(hits, ending=b"\n"),
        AnswerFormat.PATHS0: lambda: to_paths(hits, ending=b"\0"),
    }[format]()
    sys.stdout.flush()
    with open_output(None) as stream:
        stream.write(data)


def _in_words(query: Query, ranking: Ranking) -> str:
    rules = {
        "mean": "the mean over the faces that count",
        "min": "the least over the faces that count",
        "any": "the best of the faces that count",
        "share": "the share of the faces that count",
    }
    words = f"Of {len(ranking.rows):,} photos that fit. The score is {rules[query.rule]}."
    if ranking.in_bursts:
        words += f" {ranking.in_bursts:,} more are in bursts of which the best one is shown."
    if ranking.alike:
        words += f" Left out as alike to one of them: {ranking.alike:,}."
    return words


def _note(ranking: Ranking, other_model: int) -> None:
    if ranking.in_bursts:
        print_note(f"{ranking.in_bursts:,} left out for a better one of the same burst")
    if ranking.alike:
        print_note(f"{ranking.alike:,} left out as alike to another; to see all: --bursts all")
    if ranking.without_time:
        print_note(
            f"{ranking.without_time:,} left out because they do not say when they were taken"
        )
    if other_model:
        print_note(f"{other_model:,} left out that another model has read: index them again")
