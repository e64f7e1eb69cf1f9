"""The journal's file below its entries: SQLite of mode 0600, its settings, damage and backup."""

from __future__ import annotations

import contextlib
import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from mien.errors import DataError, OutputError, UsageError
from mien.installing import how_to_update
from mien.journal.kept.locked import Lock, new_lock, same_lock
from mien.media.private_files import make_private_file
from mien.media.results.output import output_error
from mien.media.transaction import transaction

APPLICATION_ID = 0x4D69654A
"""``PRAGMA application_id``: the letters *MieJ*."""

VERSION = 1
_SCHEMA = """
CREATE TABLE setting (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE entry (id TEXT PRIMARY KEY, content BLOB NOT NULL) WITHOUT ROWID;
"""
_BUSY_SECONDS = 30.0
_SQLITE = b"SQLite format 3\0"


def backup_of(path: Path) -> Path:
    """Where the backup of a journal lies: beside it."""
    return path.with_name(f"{path.name}.backup")


@contextmanager
def opened_file(path: Path) -> Iterator[sqlite3.Connection]:
    """The file as its owner alone can read it, made where there is none."""
    try:
        make_private_file(path)
        if path.stat().st_mode & 0o077:
            path.chmod(0o600)
    except (OSError, ValueError) as error:
        raise output_error(error, path) from error
    try:
        with contextlib.closing(
            sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
        ) as connection:
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("PRAGMA temp_store = MEMORY")
            connection.execute("PRAGMA synchronous = FULL")
            yield connection
    except sqlite3.DatabaseError as error:
        raise _explained(error, path) from error


def check_is_journal(path: Path, *, is_new: bool) -> None:
    """Raise ``DataError`` for what is no journal of Mien; another program's file is left alone."""
    if is_new:
        return
    try:
        head = b"a folder"
        if path.is_file():
            with path.open("rb") as file:
                head = file.read(100)
    except OSError as error:
        raise output_error(error, path) from error
    if head and not head.startswith(_SQLITE):
        raise damaged(path, "it is no SQLite file")
    if head and int.from_bytes(head[68:72], "big") not in (0, APPLICATION_ID):
        raise DataError("is not a journal of Mien", where=path, hint="name another: --journal FILE")


def begin(connection: sqlite3.Connection, passphrase: str | None) -> None:
    """Make the tables, unless another window was quicker."""
    lock = None if passphrase is None else new_lock(passphrase)
    with transaction(connection):
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version:  # Another window was quicker.
            return
        for statement in _SCHEMA.strip().split(";\n"):
            connection.execute(statement)
        write_lock(connection, lock)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {VERSION}")


def write_lock(connection: sqlite3.Connection, lock: Lock | None) -> None:
    """Keep what opens the entries again, but for the passphrase."""
    if lock is not None:
        rows = [("salt", lock.salt), ("check", lock.check)]
        connection.executemany("INSERT INTO setting VALUES (?, ?)", rows)


def lock_of(connection: sqlite3.Connection, passphrase: str | None, path: Path) -> Lock | None:
    """The lock by this passphrase, or None for a journal without; ``UsageError`` otherwise."""
    salt, check = setting(connection, "salt"), setting(connection, "check")
    if salt is None or check is None:
        if passphrase is not None:
            raise UsageError(
                "the journal has no passphrase",
                where=path,
                hint="open it without; give it one by: mien journal doctor --passphrase",
            )
        return None
    if passphrase is None:
        raise UsageError(
            "the journal has a passphrase",
            where=path,
            hint="run it in a terminal, which asks for it, or set MIEN_JOURNAL_PASSPHRASE",
        )
    return same_lock(passphrase, salt, check)


def setting(connection: sqlite3.Connection, name: str) -> bytes | None:
    """What is kept under this name, or None."""
    row = connection.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
    return None if row is None else row[0]


def keep_setting(connection: sqlite3.Connection, name: str, value: bytes | None) -> None:
    """Keep something under a name, or nothing any more (None)."""
    with transaction(connection):
        connection.execute("DELETE FROM setting WHERE name = ?", (name,))
        if value is not None:
            connection.execute("INSERT INTO setting VALUES (?, ?)", (name, value))


def problem(connection: sqlite3.Connection) -> str | None:
    """What is wrong with an open file, or None."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > VERSION:
        raise DataError("the journal is from a newer Mien", hint=how_to_update())
    if version == 0:
        return "it holds no journal"
    found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    return None if found == "ok" else str(found)


def back_up(connection: sqlite3.Connection, path: Path, *, target: Path | None = None) -> None:
    """Copy the open database beside, then rename it to the backup (or ``target``)."""
    target = target or backup_of(path)
    beside = target.with_name(f"{target.name}.new-{secrets.token_hex(4)}")
    try:
        os.close(os.open(beside, os.O_CREAT | os.O_TRUNC | os.O_RDWR, 0o600))
        with contextlib.closing(sqlite3.connect(beside)) as copy:
            connection.backup(copy)
        beside.replace(target)
    except OSError as error:
        raise output_error(error, target) from error
    finally:
        beside.unlink(missing_ok=True)


class DamagedJournalError(DataError):
    """A journal that cannot be read, whole or in part."""


class CheckInGoneError(DataError):
    """A check-in that is not in the journal any more."""


def damaged(path: Path, what: str) -> DamagedJournalError:
    """The error that says so, and whether a backup is there."""
    backup = backup_of(path)
    hint = "there is no backup of it"
    if backup.exists():
        made = datetime.fromtimestamp(backup.stat().st_mtime)
        hint = (
            f"a backup of {made:%Y-%m-%d %H:%M} is there, put it back by: "
            "mien journal doctor --restore"
        )
    return DamagedJournalError(f"the journal is damaged ({what})", where=path, hint=hint)


def _explained(error: sqlite3.DatabaseError, path: Path) -> DataError | OutputError:
    text = str(error)
    if "locked" in text:
        return OutputError(
            "another program writes to the journal", where=path, hint="try again in a moment"
        )
    if "disk is full" in text or "disk I/O" in text:
        return OutputError("the disk is full", where=path, hint="what was kept before is safe")
    if "readonly" in text:
        return OutputError("the journal is read-only", where=path, hint="change its permissions")
    return damaged(path, text)
