"""The journal's database: one SQLite file that only its owner can read, and its backup."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from mien.errors import DataError, OutputError, UsageError
from mien.installing import how_to_update
from mien.journal.kept.check_in import CheckIn
from mien.journal.kept.locked import Lock, new_lock, same_lock
from mien.media.private_files import make_private_file
from mien.media.results.output import output_error
from mien.media.transaction import transaction

FILE_NAME = "journal.sqlite3"
APPLICATION_ID = 0x4D69654A
"""``PRAGMA application_id``: the letters *MieJ*."""

VERSION = 1
_SCHEMA = """
CREATE TABLE setting (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE entry (id TEXT PRIMARY KEY, content BLOB NOT NULL) WITHOUT ROWID;
"""
_BUSY_SECONDS = 30.0
_SQLITE = b"SQLite format 3\0"


def default_journal() -> Path:
    """``journal.sqlite3`` in ``$MIEN_DATA``, or else in the platform's user data folder."""
    from platformdirs import user_data_path

    return Path(os.environ.get("MIEN_DATA") or user_data_path("mien")) / FILE_NAME


def backup_of(path: Path) -> Path:
    """Where the backup of a journal lies: beside it."""
    return path.with_name(f"{path.name}.backup")


@dataclass(frozen=True, slots=True)
class Soundness:
    """What ``examine`` found.

    Attributes
    ----------
    entries : int
        Check-ins that can be read; -1 when it is locked and no passphrase was given.
    locked : bool
    damage : str or None
        What is wrong, or None.
    """

    entries: int
    locked: bool
    damage: str | None


class Journal:
    """An open journal; made by ``open_journal``."""

    def __init__(self, connection: sqlite3.Connection, path: Path, lock: Lock | None) -> None:
        self._connection = connection
        self.path = path
        self._lock = lock

    @property
    def is_locked(self) -> bool:
        """Whether its entries are encrypted."""
        return self._lock is not None

    def check_ins(self) -> list[CheckIn]:
        """All of them, oldest first; ``DataError`` if one is damaged."""
        rows = self._connection.execute("SELECT id, content FROM entry").fetchall()
        found = [self._opened(name, content) for name, content in rows]
        return sorted(found, key=lambda one: (one.at, one.id))

    def add(self, check_in: CheckIn) -> None:
        """Keep a check-in. Once this returns it outlives a crash.

        Raises
        ------
        UsageError
            If it is in the journal already.
        """
        self.add_all([check_in])

    def add_all(self, check_ins: list[CheckIn]) -> None:
        """Keep several, all or none: see ``add``."""
        self._keep_backup()
        rows = [(one.id, self._closed(one)) for one in check_ins]
        try:
            with transaction(self._connection):
                self._connection.executemany("INSERT INTO entry VALUES (?, ?)", rows)
        except sqlite3.IntegrityError as error:
            raise UsageError("a check-in is in the journal already", where=self.path) from error

    def forget(self, ids: list[str] | None = None) -> int:
        """Erase check-ins, or all (None), from the file and from its backup.

        The pages are overwritten and the file is written anew, so that nothing of them is left in
        either. Returns how many there were.
        """
        with transaction(self._connection):
            if ids is None:
                count = self._connection.execute("DELETE FROM entry").rowcount
            else:
                count = sum(
                    self._connection.execute("DELETE FROM entry WHERE id = ?", (one,)).rowcount
                    for one in ids
                )
        self._connection.execute("VACUUM")
        _back_up(self._connection, self.path)
        return count

    def change_passphrase(self, passphrase: str | None) -> None:
        """Encrypt all entries under another passphrase, or under none."""
        check_ins = self.check_ins()
        self._lock = None if passphrase is None else new_lock(passphrase)
        with transaction(self._connection):
            self._connection.execute("DELETE FROM entry")
            self._connection.execute("DELETE FROM setting WHERE name IN ('salt', 'check')")
            _write_lock(self._connection, self._lock)
            self._connection.executemany(
                "INSERT INTO entry VALUES (?, ?)",
                [(one.id, self._closed(one)) for one in check_ins],
            )
        self._connection.execute("VACUUM")
        _back_up(self._connection, self.path)

    def _closed(self, check_in: CheckIn) -> bytes:
        text = json.dumps(check_in.to_dict(), ensure_ascii=False)
        return text.encode() if self._lock is None else self._lock.close(text, check_in.id)

    def _opened(self, name: str, content: bytes) -> CheckIn:
        try:
            text = content.decode() if self._lock is None else self._lock.open(content, name)
            return CheckIn.from_dict(json.loads(text))
        except (DataError, ValueError, UnicodeDecodeError) as error:
            raise _damaged(self.path, f"a check-in cannot be read ({error})") from error

    def _keep_backup(self) -> None:
        """Once a day, before the day's first check-in."""
        backup = backup_of(self.path)
        with contextlib.suppress(OSError):
            if date.fromtimestamp(backup.stat().st_mtime) == date.today():
                return
        _back_up(self._connection, self.path)


@contextmanager
def open_journal(
    path: Path, *, passphrase: str | None = None, create: bool = False
) -> Iterator[Journal]:
    """Open a journal and close it afterwards.

    The file is made with mode 0600, and an existing one with a wider mode is narrowed to it.
    Several programs may have it open.

    Parameters
    ----------
    path : Path
    passphrase : str, optional
        Of a journal that has one; a new journal gets this one.
    create : bool
        Make the file, and the folders above it, when there is none.

    Raises
    ------
    UsageError
        If the passphrase is wrong or missing, or one is given for a journal that has none.
    DataError
        If there is no such file, it is damaged, no journal, or from a newer Mien.
    OutputError
        If it cannot be written.
    """
    # An empty file is one that was just begun, unless there is a backup of what was in it.
    is_new = not path.exists() or (
        path.is_file() and not path.stat().st_size and not backup_of(path).exists()
    )
    if is_new and not create:
        raise DataError("there is no journal yet", where=path, hint="begin: mien journal check-in")
    _check_is_journal(path, is_new=is_new)
    with _opened_file(path) as connection:
        if is_new:
            _begin(connection, passphrase)
        elif problem := _problem(connection):
            raise _damaged(path, problem)
        yield Journal(connection, path, _lock_of(connection, passphrase, path))


def has_passphrase(path: Path) -> bool:
    """Whether a journal that is there wants a passphrase; False for what is no journal."""
    with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(path)) as file:
        return _setting(file, "salt") is not None
    return False


def examine(path: Path, passphrase: str | None = None) -> Soundness:
    """Look whether a journal, or a backup of one, can be read.

    Raises
    ------
    DataError
        If there is no such file.
    UsageError
        If the passphrase is wrong.
    """
    if not path.exists():
        raise DataError("there is no such file", where=path)
    try:
        _check_is_journal(path, is_new=False)
        with _opened_file(path) as connection:
            if problem := _problem(connection):
                return Soundness(0, locked=False, damage=problem)
            locked = _setting(connection, "salt") is not None
            if locked and passphrase is None:
                return Soundness(-1, locked=True, damage=None)
            journal = Journal(connection, path, _lock_of(connection, passphrase, path))
            return Soundness(len(journal.check_ins()), locked, None)
    except DataError as error:
        return Soundness(0, locked=False, damage=error.what)


def restore(path: Path) -> Path:
    """Put the backup in the place of a journal; returns where the old file is kept.

    Raises
    ------
    DataError
        If there is no backup, or it is damaged itself.
    OutputError
        If files cannot be renamed.
    """
    backup = backup_of(path)
    found = examine(backup)
    if found.damage is not None:
        raise DataError(f"the backup is damaged, too ({found.damage})", where=backup)
    aside = path.with_name(f"{path.name}.damaged-{datetime.now():%Y%m%d-%H%M%S}")
    try:
        if path.exists():
            path.rename(aside)
        with contextlib.closing(sqlite3.connect(backup)) as source:
            _back_up(source, path, target=path)
    except OSError as error:
        raise output_error(error, path) from error
    return aside


@contextmanager
def _opened_file(path: Path) -> Iterator[sqlite3.Connection]:
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


def _check_is_journal(path: Path, *, is_new: bool) -> None:
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
        raise _damaged(path, "it is no SQLite file")
    if head and int.from_bytes(head[68:72], "big") not in (0, APPLICATION_ID):
        raise DataError("is not a journal of Mien", where=path, hint="name another: --journal FILE")


def _begin(connection: sqlite3.Connection, passphrase: str | None) -> None:
    lock = None if passphrase is None else new_lock(passphrase)
    with transaction(connection):
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version:  # Another window was quicker.
            return
        for statement in _SCHEMA.strip().split(";\n"):
            connection.execute(statement)
        _write_lock(connection, lock)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {VERSION}")


def _write_lock(connection: sqlite3.Connection, lock: Lock | None) -> None:
    if lock is not None:
        rows = [("salt", lock.salt), ("check", lock.check)]
        connection.executemany("INSERT INTO setting VALUES (?, ?)", rows)


def _lock_of(connection: sqlite3.Connection, passphrase: str | None, path: Path) -> Lock | None:
    salt, check = _setting(connection, "salt"), _setting(connection, "check")
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


def _setting(connection: sqlite3.Connection, name: str) -> bytes | None:
    row = connection.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
    return None if row is None else row[0]


def _problem(connection: sqlite3.Connection) -> str | None:
    """What is wrong with an open file, or None."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > VERSION:
        raise DataError("the journal is from a newer Mien", hint=how_to_update())
    if version == 0:
        return "it holds no journal"
    found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    return None if found == "ok" else str(found)


def _back_up(connection: sqlite3.Connection, path: Path, *, target: Path | None = None) -> None:
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


def _damaged(path: Path, what: str) -> DataError:
    backup = backup_of(path)
    hint = "there is no backup of it"
    if backup.exists():
        made = datetime.fromtimestamp(backup.stat().st_mtime)
        hint = (
            f"a backup of {made:%Y-%m-%d %H:%M} is there, put it back by: "
            "mien journal doctor --restore"
        )
    return DataError(f"the journal is damaged ({what})", where=path, hint=hint)


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
    return _damaged(path, text)
