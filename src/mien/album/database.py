"""The album's database: one SQLite file that only its owner can read."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mien.album.schema import APPLICATION_ID, MIGRATIONS, SCHEMA_VERSION
from mien.errors import DataError, MienError, OutputError
from mien.installing import how_to_update
from mien.media.private_files import make_private_file
from mien.media.results.output import output_error
from mien.media.transaction import transaction

FILE_NAME = "album.sqlite3"

_BUSY_SECONDS = 60.0
# SQLite's file format, section 1.3.
_SQLITE = b"SQLite format 3\0"
_HEAD_BYTES = 100
_APPLICATION = slice(68, 72)
_COMPANIONS = ("", "-wal", "-shm")
_KEPT = "what was committed before is kept"


def default_database() -> Path:
    """``album.sqlite3`` in ``$MIEN_DATA``, or else in the platform's user data folder."""
    from platformdirs import user_data_path

    return Path(os.environ.get("MIEN_DATA") or user_data_path("mien")) / FILE_NAME


@contextmanager
def open_album(path: Path, *, create: bool = False) -> Iterator[sqlite3.Connection]:
    """Open the album's database, brought to the newest schema, and close it afterwards.

    The file is made with mode 0600, and an existing one with a wider mode is narrowed to it. It is
    in WAL mode, so readers never wait for the writer; SQLite gives its companions the same mode.
    Transactions are the caller's business: see ``mien.media.transaction``.

    Parameters
    ----------
    path : Path
    create : bool
        Make the file, and the folders above it, when there is none.

    Raises
    ------
    DataError
        On entering or inside the block: there is no such file, it is damaged, not an album, or
        from a newer Mien. A file that is no album is left as it is, with its mode.
    OutputError
        On entering or inside the block: it cannot be written, or the disk is full.
    """
    if create:
        _create(path)
    elif not path.exists():
        raise DataError(
            "there is no album yet", where=path, hint="make it with: mien album index FOLDER"
        )
    _check_is_album(path, create=create)
    with contextlib.suppress(OSError):
        # Before SQLite makes the companions, which take over its mode.
        if path.stat().st_mode & 0o077:
            path.chmod(0o600)
    with plain_errors(path):
        connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
        with contextlib.closing(connection):
            _prepare(connection, path)
            yield connection


def set_aside(path: Path) -> Path | None:
    """Rename a database and its companions, so that a new one can be made; None if there is none.

    Nothing is deleted. Returns where the old file lies now.

    Raises
    ------
    DataError
        If it is something else than an album, perhaps a damaged one.
    OutputError
        If it cannot be renamed.
    """
    if not path.exists():
        return None
    _check_may_be_album(path)
    stem = f"{path.name}.old-{time.strftime('%Y%m%d-%H%M%S')}"
    number = 1
    while (aside := path.with_name(f"{stem}-{number}")).exists():
        number += 1
    try:
        for companion in _COMPANIONS:
            old = path.with_name(path.name + companion)
            if old.exists():
                old.rename(aside.with_name(aside.name + companion))
    except OSError as error:
        raise output_error(error, path) from error
    return aside


@contextmanager
def plain_errors(path: Path) -> Iterator[None]:
    """Turn what SQLite raises into one line; ``path`` is the database."""
    try:
        yield
    except sqlite3.Error as error:
        raise _explained(error, path) from error


def _beginning(path: Path) -> bytes:
    """The header of a file; raises ``DataError`` for what is no file."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise DataError("is no file", where=path, hint="name another with --database")
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except OSError as error:
        raise output_error(error, path) from error
    return head


def _check_is_album(path: Path, *, create: bool) -> None:
    """Raise ``DataError`` for a file that is no album, before anything of it is changed."""
    head = _beginning(path)
    if not head:
        if create:  # It was made just now, perhaps by another process.
            return
        raise DataError(
            "is empty, and no album", where=path, hint="make one with: mien album index FOLDER"
        )
    if not head.startswith(_SQLITE):
        raise DataError(
            "is no SQLite file: it is not an album, or it is damaged from its beginning on",
            where=path,
            hint="name another with --database, or mien album index --rebuild FOLDER puts it "
            "aside and begins a new one",
        )
    with plain_errors(path):
        _check_mark(path, head)


def _check_may_be_album(path: Path) -> None:
    """Raise ``DataError`` for what is something else than an album, perhaps a damaged one."""
    head = _beginning(path)
    if head.startswith(_SQLITE):
        with contextlib.suppress(sqlite3.Error):
            _check_mark(path, head)


def _check_mark(path: Path, head: bytes) -> None:
    """Raise ``DataError`` if a SQLite file is not marked as an album; nothing is written."""
    if int.from_bytes(head[_APPLICATION], "big") == APPLICATION_ID:
        return
    # The mark of a new album may be in its log only. Without a log SQLite is told that nothing
    # changes, or it would make one.
    has_log = path.with_name(f"{path.name}-wal").exists()
    address = f"{path.absolute().as_uri()}?{'mode=ro' if has_log else 'immutable=1'}"
    connection = sqlite3.connect(address, uri=True, timeout=_BUSY_SECONDS)
    with contextlib.closing(connection):
        _version(connection, path)


def _create(path: Path) -> None:
    try:
        make_private_file(path)
    except (OSError, ValueError) as error:
        raise output_error(error, path) from error


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    version = _version(connection, path)
    connection.execute("PRAGMA foreign_keys = ON")
    # What is deleted is overwritten, also in the pages that no VACUUM has come to yet.
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute("PRAGMA temp_store = MEMORY")
    if version < SCHEMA_VERSION:
        connection.execute("PRAGMA journal_mode = WAL")
        with transaction(connection):
            # Another process may have done it while this one waited for the lock.
            for script in MIGRATIONS[_version(connection, path) :]:
                for statement in script.split(";"):
                    connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    # Safe against a killed process; a power cut may cost the last commits, not the database.
    connection.execute("PRAGMA synchronous = NORMAL")


def _version(connection: sqlite3.Connection, path: Path) -> int:
    """Version of the schema, 0 for a new file; raises ``DataError`` for a file of others."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if (tables or version) and application != APPLICATION_ID:
        raise DataError(
            "is a database, but not an album", where=path, hint="name another with --database"
        )
    if version > SCHEMA_VERSION:
        raise DataError(
            f"the album has version {version}, this Mien reads up to {SCHEMA_VERSION}",
            where=path,
            hint=f"update with: {how_to_update()}",
        )
    return int(version)


def _explained(error: sqlite3.Error, path: Path) -> MienError:
    primary = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if primary in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return DataError(
            f"the album is damaged ({error})",
            where=path,
            hint="mien album index --rebuild FOLDER puts this file aside and begins a new one",
        )
    if primary == sqlite3.SQLITE_FULL:
        return OutputError(
            "the disk is full", where=path, hint=f"free some space and run it again; {_KEPT}"
        )
    if primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return OutputError(
            "another process is writing to the album", where=path, hint="wait until it has ended"
        )
    if primary in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return OutputError(
            f"the album cannot be opened for writing ({error})",
            where=path,
            hint="change the permissions of the file and its folder, or name another: --database",
        )
    if primary == sqlite3.SQLITE_IOERR:
        return OutputError(
            f"the disk is full or failing ({error})",
            where=path,
            hint=f"free some space and run it again; {_KEPT}",
        )
    return DataError(f"the album cannot be used ({error})", where=path)
