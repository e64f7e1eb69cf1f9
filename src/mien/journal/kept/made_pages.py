"""Reports and exports that were made of a journal: known, so that forgetting erases them too."""

from __future__ import annotations

import hashlib
from pathlib import Path

from mien.journal.kept.journal_file import Journal


def note_made(journal: Journal, *pages: Path) -> None:
    """Keep in the journal that these files were written of it."""
    found = {str(page.resolve()): _digest(page) for page in pages}
    journal.keep_made({**journal.made(), **found})


def erase_made(journal: Journal) -> tuple[list[Path], list[Path]]:
    """Erase the files that were made of a journal.

    A file that was changed since, or is another one now, is left alone.

    Returns
    -------
    erased, left : list of Path
        Files that are gone, and files that are still there.
    """
    erased, left = [], []
    for name, digest in journal.made().items():
        page = Path(name)
        try:
            if not page.is_file():
                continue
            if _digest(page) != digest:
                left.append(page)
                continue
            page.write_bytes(bytes(page.stat().st_size))
            page.unlink()
        except OSError:
            left.append(page)
        else:
            erased.append(page)
    journal.keep_made({})
    return erased, left


def erase_damaged(path: Path) -> list[Path]:
    """Erase the damaged files that ``restore`` kept beside a journal."""
    found = sorted(path.parent.glob(f"{path.name}.damaged-*"))
    for each in found:
        each.write_bytes(bytes(each.stat().st_size))
        each.unlink()
    return found


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
