"""``mien album index``: read the faces of all photos in folders."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from mien.album.database import default_database, open_album, set_aside
from mien.album.indexing.index import Indexed, index_folder
from mien.album.missing import HOW_MOVED, forget_command
from mien.album.store import indexed_folders
from mien.album.taking.listing import shown_path
from mien.cli.console import err, out, print_error, print_note
from mien.cli.exit_status import EXIT_INTERRUPTED, EXIT_SOME_UNREADABLE
from mien.cli.options import Database, ExcludeOption, ModelName, NoDefaultExcludes
from mien.errors import UsageError
from mien.installing import how_to_install
from mien.media.excluded import Excludes, told_excluded
from mien.media.kinds.not_looked_at import told
from mien.packaged import find_model
from mien.wording import count


class IndexEngine(StrEnum):
    """What runs the worker processes."""

    LOCAL = "local"
    RAY = "ray"


def index(
    folders: Annotated[list[Path], typer.Argument(help="Folders, with all below them.")],
    database: Database = None,
    model: ModelName = None,
    workers: Annotated[
        int | None,
        typer.Option(min=1, help="Processes; one a core by default.", show_default=False),
    ] = None,
    engine: Annotated[
        IndexEngine,
        typer.Option(help="Processes of this computer, or Ray: for archives over many computers."),
    ] = IndexEngine.LOCAL,
    address: Annotated[
        str | None,
        typer.Option(
            metavar="HOST:PORT",
            help="Ray's cluster, of any of its computers 'auto'; by default Ray is started here.",
            show_default=False,
        ),
    ] = None,
    retry: Annotated[
        bool,
        typer.Option(
            "--retry",
            help="Try all files again that could not be read, also those that have not changed.",
        ),
    ] = False,
    exclude: ExcludeOption = None,
    no_default_excludes: NoDefaultExcludes = False,
    rebuild: Annotated[
        bool,
        typer.Option(
            "--rebuild",
            help="Put the present album aside, under another name, and begin a new one.",
        ),
    ] = False,
) -> None:
    """Read the faces of all photos in folders into the album.

    Photos that are known and have not changed cost nothing. It can be stopped at any moment; run it
    again and it goes on where it was.

    Exit status: 0 all read, 2 wrong usage, 3 some photos could not be read, 130 interrupted, 1
    anything else. Photos whose content is at fault are not tried again until they change; what
    could not be read for a reason of the system (permission, disk, memory) is, each time.
    """
    ray_address = _ray_address(engine, address)
    excludes = Excludes(exclude or (), defaults=not no_default_excludes)
    path = database or default_database()
    for folder in folders:
        if not folder.is_dir():
            raise _no_folder(folder, path)
    chosen = find_model(model)
    if rebuild:
        aside = set_aside(path)
        if aside is not None:
            print_note(f"the old album is now {aside}; delete it when you no longer need it")
    done = []
    for folder in folders:
        with _progress() as report:
            try:
                indexed = index_folder(
                    folder,
                    path,
                    chosen,
                    workers=workers,
                    ray_address=ray_address,
                    retry=retry,
                    excludes=excludes,
                    report=report,
                )
            except KeyboardInterrupt:
                print_error("interrupted; what was read until then is kept, run it again to go on")
                raise typer.Exit(EXIT_INTERRUPTED) from None
        _tell(folder, indexed)
        done.append(indexed)
    for lost in done[-1].lost_folders:
        print_note(
            f"{shown_path(os.fsdecode(lost))} was indexed before and is no longer there; "
            f"{HOW_MOVED}; or take it out of the album: {forget_command(lost)}"
        )
    if any(indexed.unreadable or indexed.closed for indexed in done):
        raise typer.Exit(EXIT_SOME_UNREADABLE)


def _ray_address(engine: IndexEngine, address: str | None) -> str | None:
    """The cluster that is to do it; None for processes of this computer."""
    if engine is IndexEngine.RAY:
        # Said also when all photos are known and Ray would have nothing to do.
        from mien.album.indexing.ray_engine import LOCAL, require_ray

        require_ray()
        return address or LOCAL
    if address is not None:
        raise UsageError("--address is about a cluster: use it with --engine ray")
    return None


def _tell(folder: Path, indexed: Indexed) -> None:
    """What a run did, and on standard error what it could not do."""
    for name, reason in indexed.unreadable:
        print_error(f"{shown_path(os.fsdecode(name))}: {reason}")
    for name in indexed.incomplete:
        print_note(f"{shown_path(os.fsdecode(name))}: is cut off, and was read as far as it goes")
    for closed in indexed.closed:
        print_error(f"{shown_path(os.fsdecode(closed.path))}: cannot be opened ({closed.reason})")
    if indexed.heic:
        print_note(
            f"{count(indexed.heic, 'HEIC photo')} left out; to read them: {how_to_install('heic')}"
        )
    if indexed.excluded:
        print_note(f"{shown_path(str(folder))}: {told_excluded(indexed.excluded)}")
    if indexed.passed_over:
        print_note(f"{shown_path(str(folder))}: {told(indexed.passed_over)}")
    parts = [f"{count(indexed.read, 'photo')} read with {count(indexed.faces, 'face')}"]
    if indexed.recognised:
        moved = f" ({indexed.moved:,} moved here)" if indexed.moved else ""
        parts.append(f"{indexed.recognised:,} recognised{moved}")
    parts.append(f"{indexed.unchanged:,} unchanged")
    if indexed.gone:
        parts.append(f"{indexed.gone:,} gone")
    if indexed.unreadable:
        parts.append(f"{len(indexed.unreadable):,} unreadable")
    rate = f", {indexed.read / indexed.seconds:.1f} photos/s" if indexed.read else ""
    where = shown_path(str(folder))
    out.print(f"{where}: {', '.join(parts)}, {indexed.seconds:.1f} s{rate}", markup=False)


def _no_folder(folder: Path, database: Path) -> UsageError:
    """Why a folder cannot be indexed; one that was indexed before may have been moved."""
    path = os.fsencode(os.path.abspath(folder))  # noqa: PTH100 (links stay)
    if not folder.exists() and database.exists():
        with open_album(database) as connection:
            if path in indexed_folders(connection):
                return UsageError(
                    "this folder was indexed before and is no longer there",
                    where=folder,
                    hint=f"{HOW_MOVED}; or take it out of the album: {forget_command(path)}",
                )
    return UsageError("no such folder", where=folder, hint="check the spelling")


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error, on a terminal."""
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[speed]}"),
        TimeRemainingColumn(),
        console=err,
        transient=True,
        disable=not err.is_terminal,
    ) as bar:
        task = bar.add_task("looking for photos", total=None, speed="")
        begun = time.monotonic()

        def report(done: int, total: int) -> None:
            seconds = time.monotonic() - begun
            speed = f"{done / seconds:.1f} photos/s" if done and seconds > 0 else ""
            bar.update(task, completed=done, total=total, description="reading", speed=speed)

        yield report
