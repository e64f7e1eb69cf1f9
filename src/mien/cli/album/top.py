"""``mien album top``: the best photos for an expression."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Annotated

import typer

from mien.album.asking.columns import AlbumColumns, load_columns
from mien.album.asking.hits import hits_of
from mien.album.asking.presence import rank_present
from mien.album.asking.question import Question, Rule
from mien.album.asking.rank import Ranking, rank
from mien.album.database import default_database, open_album
from mien.album.missing import HOW_MOVED, forget_command, highest_missing, missing_notes
from mien.album.store import known_files
from mien.album.taking.listing import shown_path
from mien.album.taking.xmp import write_sidecars
from mien.cli.album.hit_options import HitOptions
from mien.cli.album.question_options import QuestionOptions, absolute
from mien.cli.console import print_note
from mien.cli.gathered import gathered
from mien.cli.options import Database
from mien.errors import UsageError

_RULES = {
    Rule.MEAN: "the mean over the faces that count",
    Rule.MIN: "the least over the faces that count",
    Rule.ANY: "the best of the faces that count",
    Rule.SHARE: "the share of the faces that count",
}


@gathered
def top(
    asked: QuestionOptions,
    options: HitOptions,
    xmp: Annotated[
        bool, typer.Option("--xmp", help="Write XMP sidecars next to the photos, or the copies.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Replace sidecars that are there already.")
    ] = False,
    database: Database = None,
) -> None:
    """Name the best photos for an expression.

    The score of a photo is made of the faces in it that are large, sharp and bright enough. No
    network runs: ask as often as you like.
    """
    if force and not xmp:
        raise UsageError("--force is about sidecars: use it with --xmp")
    options.check()
    question = asked.question()
    with open_album(database or default_database()) as connection:
        columns = load_columns(connection, question.folder)
        if asked.folder is not None:
            _check_folder(connection, columns, asked.folder)
        present = rank_present(
            connection, columns, lambda those: rank(those, question), options.number
        )
        hits = hits_of(
            connection, present.columns, present.first, question.labels, place=options.place
        )
    taken = options.take(hits)
    if xmp:
        beside = taken or [hit.path for hit in hits]
        write_sidecars(beside, hits, emotion=question.emotion, force=force)
    options.show(
        hits,
        title=f"The {len(hits)} best photos for: {question.emotion}",
        subtitle=_in_words(question, present.ranking),
        emotion=question.emotion,
    )
    options.print(hits, question.to_dict(), emotion=question.emotion)
    _tell_rest(question, present.ranking, options.number - len(hits))
    if columns.other_model:
        print_note(
            f"{columns.other_model:,} left out that another model has read: index them again"
        )
    for line in missing_notes((*columns.missing, *present.missing)):
        print_note(line)


def _check_folder(connection: sqlite3.Connection, columns: AlbumColumns, folder: Path) -> None:
    if columns.paths or columns.other_model:
        return
    path = absolute(folder)
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


def _in_words(question: Question, ranking: Ranking) -> str:
    words = f"Of {len(ranking.rows):,} photos that fit. The score is {_RULES[question.rule]}."
    if ranking.in_bursts:
        words += f" {ranking.in_bursts:,} more are in bursts of which the best one is shown."
    if ranking.alike:
        words += f" Left out as alike to one of them: {ranking.alike:,}."
    return words


def _tell_rest(question: Question, ranking: Ranking, missing: int) -> None:
    """What was left out, on standard error; ``missing`` hits had been asked for besides."""
    if ranking.below and missing > 0:
        hits = len(ranking.rows)
        print_note(
            f"only {hits:,} of {hits + missing:,} are {question.emotion}: {ranking.below:,} more "
            f"have a score below {question.min_score:g}; to see them, too: --min-score 0"
        )
    if ranking.in_bursts:
        print_note(f"{ranking.in_bursts:,} left out for a better one of the same burst")
    if ranking.alike:
        print_note(f"{ranking.alike:,} left out as alike to another; to see all: --bursts all")
    if ranking.without_time:
        print_note(
            f"{ranking.without_time:,} left out because they do not say when they were taken"
        )
