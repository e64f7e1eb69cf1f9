"""Indexing a folder: what is new is examined and stored, what is known is left alone."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mien.album.database import open_album
from mien.album.indexing.examine import ExaminerSettings
from mien.album.indexing.scan import Closed, Found, Heic, LeftOut, PassedOver, scan
from mien.album.indexing.workers import examine_all
from mien.album.records import Examined
from mien.album.store import (
    KnownFile,
    doubles_elsewhere,
    enter_folder,
    enter_model,
    indexed_folders,
    known_contents,
    known_files,
    mark_gone,
    path_range,
    store,
)
from mien.errors import DataError, UsageError
from mien.media.excluded import Excludes
from mien.media.image import reads_heic
from mien.packaged import sha256_of
from mien.processors import cores
from mien.results import printable_path
from mien.vision.classify import Classifier
from mien.vision.detection.detector import DEFAULT_DETECTOR

BATCH = 32
"""Files in a commit, at most: what a killed process can lose."""

BATCH_SECONDS = 2.0
"""A commit comes after this time at the latest."""


class StoppedError(Exception):
    """Who started a run has asked it to stop; what was read until then is in the album."""


@dataclass(frozen=True)
class Plan:
    """What a scan says there is to do.

    Attributes
    ----------
    to_read : tuple of bytes
        Files that are new or have changed, that another model has read, or that could not be
        read for a reason of the system.
    unchanged : int
    gone, returned : tuple of int
        Rows of files that are missing now, and of missing ones that are there again.
    closed : tuple of Closed
        Folders that cannot be looked into; what is known of files in them stays.
    heic : int
        HEIC photos that nothing installed can read.
    passed_over : Counter of str
        Files of kinds that albums do not hold: raw photos, videos, ….
    excluded : Counter of str
        Folders and photos that were left out, by the pattern that excludes them.
    """

    to_read: tuple[bytes, ...]
    unchanged: int
    gone: tuple[int, ...]
    returned: tuple[int, ...]
    closed: tuple[Closed, ...]
    heic: int
    passed_over: Counter[str]
    excluded: Counter[str]


@dataclass(frozen=True)
class Indexed:
    """What an indexing run did.

    Attributes
    ----------
    read : int
        Photos whose faces were read.
    recognised : int
        Files whose content was in the album already: moved, copied or touched.
    unchanged, gone, heic : int
    passed_over, excluded : Counter of str
    faces : int
        In the photos that were read.
    unreadable : tuple of (bytes, str)
        Files that were tried now and cannot be read, and why.
    incomplete : tuple of bytes
        Files that were read now as far as they go: they are cut off.
    closed : tuple of Closed
    moved : int
        Files elsewhere in the album that have gone, and whose content is in this folder now.
    lost_folders : tuple of bytes
        Folders that were indexed before and are not there any more.
    seconds : float
    """

    read: int
    recognised: int
    unchanged: int
    gone: int
    heic: int
    passed_over: Counter[str]
    excluded: Counter[str]
    faces: int
    unreadable: tuple[tuple[bytes, str], ...]
    incomplete: tuple[bytes, ...]
    closed: tuple[Closed, ...]
    moved: int
    lost_folders: tuple[bytes, ...]
    seconds: float


def index_folder(
    folder: Path,
    database: Path,
    model: Path,
    *,
    workers: int | None = 1,
    ray_address: str | None = None,
    retry: bool = False,
    excludes: Excludes | None = None,
    inside: Sequence[bytes] | None = None,
    apart: bool = False,
    report: Callable[[int, int], None] = lambda done, total: None,
    stop: Callable[[], bool] = lambda: False,
) -> Indexed:
    """Bring the album up to date with a folder. Photos are only ever read.

    Results are committed as they come. A run that was stopped, in whatever way, goes on where it
    was when it is started again; two at once do the same work twice and no harm.

    Parameters
    ----------
    folder : Path
    database : Path
        Made when it is not there.
    model : Path
        The expression model's file.
    workers : int, optional
        Processes, at least 1; when None one a core, with Ray one a core of the cluster.
    ray_address : str, optional
        Examine with Ray: ``local`` starts it here, anything else is the address of a cluster.
    retry : bool
        Try all files again that could not be read, also those whose content was at fault.
    excludes : Excludes, optional
        What of the folder is left out; the defaults when None.
    inside : sequence of bytes, optional
        Real folders out of which no link is followed; None follows all links.
    apart : bool
        Read photos in other processes only, also where one would do.
    report : callable
        Called with the number of files done and of all that are to be read.
    stop : callable
        Asked after each file whether to stop.

    Raises
    ------
    UsageError
        If there is no such folder, or Ray is asked for and not there.
    MienError
        If no worker can be started.
    DataError, OutputError
        If the database cannot be used, or the folder goes away; what was committed stays.
    StoppedError
        If ``stop`` said so.
    ModelFileError
        If the model cannot be used.
    """
    begun = time.monotonic()
    top = os.fsencode(os.path.abspath(folder))  # noqa: PTH100 (links stay)
    if not os.path.isdir(top):  # noqa: PTH112 (bytes)
        raise UsageError("no such folder", where=folder, hint="check the spelling")
    card = Classifier(model).card
    with open_album(database, create=True) as connection:
        model_id = enter_model(connection, card, sha256=sha256_of(model), detector=DEFAULT_DETECTOR)
        known = known_files(connection, top)
        plan = make_plan(top, known, model_id, retry=retry, excludes=excludes, inside=inside)
        if not os.path.isdir(top):  # noqa: PTH112 (bytes)
            raise _has_gone(top)
        mark_gone(connection, plan.returned, gone=False)
        settings = ExaminerSettings(database, model, model_id)
        tally = _Tally()
        report(0, len(plan.to_read))
        # A worker opens the networks, which an unchanged folder does not need.
        if plan.to_read:
            results = _examined(connection, plan.to_read, settings, workers, ray_address, apart)
            results = _watched(results, top, len(plan.to_read), report, stop)
            _store_all(connection, results, model_id, tally)
        # Only now: a file that was moved is then known at its new place already.
        mark_gone(connection, plan.gone, gone=True)
        moved = [id for id, path in doubles_elsewhere(connection, top) if not os.path.lexists(path)]
        mark_gone(connection, moved, gone=True)
        enter_folder(connection, top, time.time())
        lost = tuple(
            path
            for path in indexed_folders(connection)
            if not os.path.isdir(path)  # noqa: PTH112 (bytes)
        )
    return Indexed(
        read=tally.read,
        recognised=tally.recognised,
        unchanged=plan.unchanged,
        gone=len(plan.gone),
        heic=plan.heic,
        passed_over=plan.passed_over,
        excluded=plan.excluded,
        faces=tally.faces,
        unreadable=tuple(tally.unreadable),
        incomplete=tuple(tally.incomplete),
        closed=plan.closed,
        moved=len(moved),
        lost_folders=lost,
        seconds=time.monotonic() - begun,
    )


def make_plan(
    top: bytes,
    known: dict[bytes, KnownFile],
    model: int,
    *,
    retry: bool = False,
    excludes: Excludes | None = None,
    inside: Sequence[bytes] | None = None,
) -> Plan:
    """Compare a folder with what the album knows of it, without opening a file.

    Parameters
    ----------
    top : bytes
        The folder, absolute.
    known : dict of bytes to KnownFile
        Of that folder; files are taken out of it as they are found.
    model : int
        Row of the model that is to have read everything.
    retry : bool
        Whether all files that could not be read are to be tried again.
    excludes : Excludes, optional
        The defaults when None.
    inside : sequence of bytes, optional
        As for ``scan``.
    """
    to_read, closed, returned = [], [], []
    passed_over: Counter[str] = Counter()
    excluded: Counter[str] = Counter()
    unchanged = heic = 0
    entries = scan(top, heic=reads_heic(), excludes=excludes or Excludes(), inside=inside)
    for entry in entries:
        if isinstance(entry, Closed):
            closed.append(entry)
        elif isinstance(entry, Heic):
            heic += 1
        elif isinstance(entry, PassedOver):
            passed_over[entry.kind] += 1
        elif isinstance(entry, LeftOut):
            excluded[entry.pattern] += 1
        else:
            before = known.pop(entry.path, None)
            if before is None or _is_to_read(before, entry, model, retry):
                to_read.append(entry.path)
            else:
                unchanged += 1
                if before.gone:
                    returned.append(before.id)
    ranges = [path_range(folder.path) for folder in closed]
    kept = {link.path for link in closed}
    gone = tuple(
        file.id
        for path, file in known.items()
        if not file.gone
        and not any(first <= path < after for first, after in ranges)
        and path not in kept
    )
    return Plan(
        to_read=tuple(to_read),
        unchanged=unchanged,
        gone=gone,
        returned=tuple(returned),
        closed=tuple(closed),
        heic=heic,
        passed_over=passed_over,
        excluded=excluded,
    )


def _is_to_read(before: KnownFile, now: Found, model: int, retry: bool) -> bool:
    if before.stat != now.stat or before.retry:
        return True
    return retry if before.model is None else before.model != model


class _Tally:
    """Counts what has been committed."""

    def __init__(self) -> None:
        self.read = self.recognised = self.faces = 0
        self.unreadable: list[tuple[bytes, str]] = []
        self.incomplete: list[bytes] = []

    def add(self, examined: Examined) -> None:
        if examined.error is not None:
            self.unreadable.append((examined.path, examined.error))
        elif examined.picture is None:
            self.recognised += 1
        else:
            self.read += 1
            self.faces += len(examined.picture.faces)
            self.incomplete += [examined.path] * examined.picture.incomplete


def _examined(
    connection: sqlite3.Connection,
    paths: tuple[bytes, ...],
    settings: ExaminerSettings,
    workers: int | None,
    ray_address: str | None,
    apart: bool,
) -> Generator[Examined]:
    """Results of one or more files, by processes of this computer or by Ray."""
    if ray_address is None:
        processes = min(workers or cores(), len(paths))
        return examine_all(paths, settings, workers=processes, apart=apart)
    from mien.album.indexing.ray_engine import examine_with_ray

    known = known_contents(connection, settings.model_id)
    return examine_with_ray(paths, settings, known, workers=workers, address=ray_address)


def _watched(
    results: Generator[Examined],
    top: bytes,
    total: int,
    report: Callable[[int, int], None],
    stop: Callable[[], bool],
) -> Generator[Examined]:
    """The results as they come, as long as there is a folder and nobody says stop."""
    with contextlib.closing(results):  # Ends the processes.
        for done, examined in enumerate(results, start=1):
            if examined.stat is None and not os.path.isdir(top):  # noqa: PTH112 (bytes)
                raise _has_gone(top)
            yield examined
            report(done, total)
            if stop():
                raise StoppedError


def _has_gone(top: bytes) -> DataError:
    return DataError(
        "the folder has gone while it was read",
        where=printable_path(os.fsdecode(top)),
        hint="what was read until then is kept; when it is there again, index it again",
    )


def _store_all(
    connection: sqlite3.Connection, results: Iterator[Examined], model: int, tally: _Tally
) -> None:
    """Write results as they come. What had come before an error or a stop is written, too."""
    batch: list[Examined] = []
    last = time.monotonic()

    def commit() -> None:
        nonlocal batch, last
        full, batch = batch, []
        store(connection, full, model)
        for examined in full:
            tally.add(examined)
        last = time.monotonic()

    try:
        for examined in results:
            batch.append(examined)
            if len(batch) >= BATCH or time.monotonic() - last > BATCH_SECONDS:
                commit()
    finally:
        if batch:  # None is left if it was writing that failed.
            commit()
