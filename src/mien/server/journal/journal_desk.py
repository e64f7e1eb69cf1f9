"""``JournalDesk``: the journal that a server shows, its passphrase, and what is being watched."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from starlette.concurrency import run_in_threadpool

from mien.errors import MienError, OutputError, UsageError
from mien.journal.kept.journal_file import Journal, examine, has_passphrase, open_journal, restore
from mien.journal.kept.private_database import CheckInGoneError, DamagedJournalError
from mien.server.error_answers import ApiError

LOCKED, DAMAGED, GONE, NO_ROOM = 423, 409, 410, 507
WRONG_PASSPHRASE = 403
_SECONDS = 600.0
"""How long the address of a report holds."""

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class MadeReport:
    """A report that a browser may open by its address."""

    page: str
    until: float


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalState:
    """What there is to open; ``damage`` says what is wrong with the file, or is None."""

    is_there: bool
    has_passphrase: bool = False
    is_locked: bool = False
    is_agreed: bool = False
    damage: str | None = None


class JournalDesk:
    """Opens the journal for each request anew: other windows and the command line use it, too.

    Parameters
    ----------
    path : Path
        The journal's file; it need not be there.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._passphrase: str | None = None
        self._reports: dict[str, MadeReport] = {}

    @property
    def is_there(self) -> bool:
        """Whether there is a journal."""
        return self.path.exists() and self.path.stat().st_size > 0

    @property
    def is_locked(self) -> bool:
        """Whether it has a passphrase that is not known here."""
        return self._passphrase is None and self.has_passphrase

    @property
    def has_passphrase(self) -> bool:
        """Whether it is encrypted."""
        return self.path.exists() and has_passphrase(self.path)

    async def ask(self, what: Callable[[Journal], Result]) -> Result:
        """Do something with the open journal, in a thread.

        Raises
        ------
        ApiError
            423 when its passphrase is needed, 409 when it is damaged, 410 when something is not in
            it any more, 422 for what it does not take, 507 when it cannot be written.
        """
        return await run_in_threadpool(lambda: self._ask(what))

    async def begin(self, passphrase: str | None) -> None:
        """Make the journal, or open the one that is there, and keep that the person agreed."""

        def make() -> None:
            is_new = not self.is_there
            try:
                if is_new:
                    with open_journal(self.path, passphrase=passphrase, create=True):
                        self._passphrase = passphrase
            except MienError as error:
                raise _refusal(error) from error
            self._ask(lambda journal: journal.agree())

        await run_in_threadpool(make)

    async def unlock(self, passphrase: str) -> None:
        """Keep the passphrase in memory, if it is the right one; ``ApiError`` 403 if not."""

        def look() -> None:
            try:
                with open_journal(self.path, passphrase=passphrase):
                    self._passphrase = passphrase
            except UsageError as error:
                raise ApiError(WRONG_PASSPHRASE, error.what, error.hint) from error
            except MienError as error:
                raise _refusal(error) from error

        await run_in_threadpool(look)

    def lock(self) -> None:
        """Forget the passphrase, and the reports that were made."""
        self._passphrase = None
        self.drop_reports()

    async def state(self) -> JournalState:
        """What there is to open, without a word of it."""

        def look() -> JournalState:
            if not self.is_there:
                return JournalState(is_there=False)
            if self.is_locked:
                return JournalState(is_there=True, has_passphrase=True, is_locked=True)
            try:
                agreed = self._ask(lambda journal: journal.is_agreed)
            except ApiError as error:
                if error.status != DAMAGED:
                    raise
                return JournalState(is_there=True, damage=error.what)
            return JournalState(
                is_there=True, has_passphrase=self._passphrase is not None, is_agreed=agreed
            )

        return await run_in_threadpool(look)

    async def restore(self) -> Path:
        """Put the backup in the place of a damaged journal; returns where that one is kept now."""

        def put_back() -> Path:
            try:
                if examine(self.path, self._passphrase).damage is None:
                    raise ApiError(DAMAGED, "the journal is sound", "nothing was changed")
                return restore(self.path)
            except MienError as error:
                raise _refusal(error) from error

        return await run_in_threadpool(put_back)

    def keep_report(self, page: str) -> str:
        """Keep a report for some minutes, in memory; returns what its address has to show."""
        now = time.monotonic()
        self._reports = {name: one for name, one in self._reports.items() if one.until > now}
        name = secrets.token_urlsafe(24)
        self._reports[name] = MadeReport(page, now + _SECONDS)
        return name

    def drop_reports(self) -> None:
        """Forget all of them."""
        self._reports.clear()

    def report(self, name: str) -> str:
        """A report that was kept; ``ApiError`` 410 when that is over."""
        found = self._reports.get(name)
        if found is None or found.until < time.monotonic():
            raise ApiError(GONE, "this address of the report has ended", "make the report again")
        return found.page

    def _ask(self, what: Callable[[Journal], Result]) -> Result:
        if self.is_locked:
            raise ApiError(LOCKED, "the journal has a passphrase", "open it with the passphrase")
        try:
            known = self._passphrase if self.has_passphrase else None
            with open_journal(self.path, passphrase=known) as journal:
                return what(journal)
        except UsageError as error:
            if self._passphrase is not None and "passphrase" in error.what:
                self.lock()  # It was changed meanwhile, on the command line.
                raise ApiError(LOCKED, error.what, error.hint) from error
            raise _refusal(error) from error
        except MienError as error:
            raise _refusal(error) from error


def _refusal(error: MienError) -> ApiError:
    if isinstance(error, ApiError):
        return error
    statuses = {DamagedJournalError: DAMAGED, CheckInGoneError: GONE, OutputError: NO_ROOM}
    return ApiError(statuses.get(type(error), 422), error.what, error.hint)
