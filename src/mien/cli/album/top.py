"""``mien album top``: the best photos for an expression."""

from __future__ import annotations

import os
import sqlite3
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from mien.album.asking.columns import AlbumColumns, load_columns
from mien.album.asking.hits import ranked_hits
from mien.album.asking.presence import rank_present
from mien.album.asking.rank import LEAST_SCORE, LEAST_SHARPNESS, LEAST_SIZE, Query, Ranking, rank
from mien.album.asking.spans import number_range, time_span
from mien.album.database import default_database, open_album
from mien.album.missing import HOW_MOVED, forget_command, highest_missing, missing_notes
from mien.album.store import known_files
from mien.album.taking.gallery import write_gallery
from mien.album.taking.listing import shown_path
from mien.album.taking.take import take_photos
from mien.album.taking.xmp import write_sidecars
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
    min_score: Annotated[
        float, typer.Option(min=0, max=1, help="Photos of an emotion with less are not named.")
    ] = LEAST_SCORE,
    bursts: Annotated[Bursts, typer.Option(help="Of a burst only the best, or all.")] = Bursts.BEST,
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
    database: Database = None,
) -> None:
    """Name the best photos for an expression.

    The score of a photo is made of the faces in it that are large and sharp enough. No network
    runs: ask as often as you like.
    """
    if force and not xmp:
        raise UsageError("--force is about sidecars: use it with --xmp")
    check_way(way, out)
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
    print_hits(hits, format, question, place=place)
    if ranking.below and len(hits) < number:
        print_note(
            f"only {len(hits):,} of {number:,} are {emotion}: {ranking.below:,} more have a score "
            f"below {min_score:g}; to see them, too: --min-score 0"
        )
    _note(ranking, columns.other_model)
    for line in missing_notes((*columns.missing, *present.missing)):
        print_note(line)


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
    return words


def _note(ranking: Ranking, other_model: int) -> None:
    if ranking.in_bursts:
        print_note(f"{ranking.in_bursts:,} left out for a better one of the same burst")
    if ranking.without_time:
        print_note(
            f"{ranking.without_time:,} left out because they do not say when they were taken"
        )
    if other_model:
        print_note(f"{other_model:,} left out that another model has read: index them again")
