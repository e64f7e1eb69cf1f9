"""The journal's database: one SQLite file that only its owner can read, and its backup."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from mien.errors import DataError, UsageError
from mien.journal.kept.check_in import CheckIn
from mien.journal.kept.locked import Lock, new_lock
from mien.journal.kept.private_database import (
    CheckInGoneError,
    back_up,
    backup_of,
    begin,
    check_is_journal,
    damaged,
    keep_setting,
    lock_of,
    opened_file,
    problem,
    setting,
    write_lock,
)
from mien.media.results.output import output_error
from mien.media.transaction import transaction

FILE_NAME = "journal.sqlite3"


def default_journal() -> Path:
    """``journal.sqlite3`` in ``$MIEN_DATA``, or else in the platform's user data folder."""
    from platformdirs import user_data_path

    return Path(os.environ.get("MIEN_DATA") or user_data_path("mien")) / FILE_NAME


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
                self._connection.execute("DELETE FROM setting WHERE name = 'agreed'")
            else:
                count = sum(
                    self._connection.execute("DELETE FROM entry WHERE id = ?", (one,)).rowcount
                    for one in ids
                )
        self._write_anew()
        return count

    def replace(self, check_in: CheckIn) -> None:
        """Put a check-in in the place of the one with its id; the old words are in no file then.

        Raises
        ------
        CheckInGoneError
            If it is not in the journal any more.
        """
        closed = self._closed(check_in)
        with transaction(self._connection):
            changed = self._connection.execute(
                "UPDATE entry SET content = ? WHERE id = ?", (closed, check_in.id)
            ).rowcount
        if not changed:
            raise CheckInGoneError("this check-in was erased meanwhile", where=self.path)
        self._write_anew()

    @property
    def is_agreed(self) -> bool:
        """Whether a person has agreed to what a journal is."""
        return setting(self._connection, "agreed") is not None

    def agree(self) -> None:
        """Keep that a person has agreed, and when."""
        now = datetime.now().astimezone().isoformat(timespec="seconds")
        keep_setting(self._connection, "agreed", now.encode())

    def made(self) -> dict[str, str]:
        """Reports and exports that were written of this journal: SHA-256 by path."""
        kept = setting(self._connection, "made")
        if kept is None:
            return {}
        try:
            text = kept.decode() if self._lock is None else self._lock.open(kept, "made")
            return dict(json.loads(text))
        except (DataError, ValueError, TypeError) as error:
            raise damaged(self.path, f"its list of reports cannot be read ({error})") from error

    def keep_made(self, made: dict[str, str]) -> None:
        """Keep which there are."""
        text = json.dumps(made, ensure_ascii=False)
        closed = text.encode() if self._lock is None else self._lock.close(text, "made")
        keep_setting(self._connection, "made", closed if made else None)

    def _write_anew(self) -> None:
        """Nothing of what was erased is left in the file, or in its backup."""
        self._connection.execute("VACUUM")
        back_up(self._connection, self.path)

    def change_passphrase(self, passphrase: str | None) -> None:
        """Encrypt all entries under another passphrase, or under none."""
        check_ins, made = self.check_ins(), self.made()
        self._lock = None if passphrase is None else new_lock(passphrase)
        with transaction(self._connection):
            self._connection.execute("DELETE FROM entry")
            self._connection.execute("DELETE FROM setting WHERE name IN ('salt', 'check')")
            write_lock(self._connection, self._lock)
            self._connection.executemany(
                "INSERT INTO entry VALUES (?, ?)",
                [(one.id, self._closed(one)) for one in check_ins],
            )
        self.keep_made(made)
        self._write_anew()

    def _closed(self, check_in: CheckIn) -> bytes:
        text = json.dumps(check_in.to_dict(), ensure_ascii=False)
        return text.encode() if self._lock is None else self._lock.close(text, check_in.id)

    def _opened(self, name: str, content: bytes) -> CheckIn:
        try:
            text = content.decode() if self._lock is None else self._lock.open(content, name)
            return CheckIn.from_dict(json.loads(text))
        except (DataError, ValueError, UnicodeDecodeError) as error:
            raise damaged(self.path, f"a check-in cannot be read ({error})") from error

    def _keep_backup(self) -> None:
        """Once a day, before the day's first check-in."""
        backup = backup_of(self.path)
        with contextlib.suppress(OSError):
            if date.fromtimestamp(backup.stat().st_mtime) == date.today():
                return
        back_up(self._connection, self.path)


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
    check_is_journal(path, is_new=is_new)
    with opened_file(path) as connection:
        if is_new:
            begin(connection, passphrase)
        elif wrong := problem(connection):
            raise damaged(path, wrong)
        yield Journal(connection, path, lock_of(connection, passphrase, path))


def has_passphrase(path: Path) -> bool:
    """Whether a journal that is there wants a passphrase; False for what is no journal."""
    with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(path)) as file:
        return setting(file, "salt") is not None
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
        check_is_journal(path, is_new=False)
        with opened_file(path) as connection:
            if wrong := problem(connection):
                return Soundness(0, locked=False, damage=wrong)
            locked = setting(connection, "salt") is not None
            if locked and passphrase is None:
                return Soundness(-1, locked=True, damage=None)
            journal = Journal(connection, path, lock_of(connection, passphrase, path))
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
            back_up(source, path, target=path)
    except OSError as error:
        raise output_error(error, path) from error
    return aside
