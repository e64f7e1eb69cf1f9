"""Text files as people have them: plain, compressed, or inside an archive; never unpacked."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any

from mien.errors import DataError

TAR_SUFFIXES = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
_COMPRESSED: dict[bytes, Callable[[Path], Any]] = {
    b"\x1f\x8b": gzip.GzipFile,
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\x00": lzma.LZMAFile,
}
_ZIP = b"PK\x03\x04"


@contextmanager
def open_text(
    path: Path, names: tuple[str, ...], expected: str
) -> Iterator[tuple[io.TextIOBase, str]]:
    """Open the UTF-8 text behind ``path``, with or without a byte order mark.

    What a file is, its first bytes say and not its name: gzip, bzip2 and xz are decompressed, of a
    ZIP or tar archive one file is read.

    Parameters
    ----------
    path : Path
    names : tuple of str
        Which file of an archive is meant, in whatever folder of it; else its only ``.csv``.
    expected : str
        Hint for files that are no text.

    Yields
    ------
    stream : io.TextIOBase
    where : str
        The name to use for it in errors.

    Raises
    ------
    DataError
        If there is no such file, an archive is damaged or holds no such file, or it is no text.
    """
    try:
        with path.open("rb") as file:
            start = file.read(8)
        opener = next(
            (open_ for magic, open_ in _COMPRESSED.items() if start.startswith(magic)), None
        )
        if path.name.lower().endswith(TAR_SUFFIXES):
            with tarfile.open(path) as archive:
                member = _pick([m.name for m in archive if m.isfile()], names, path)
                stream = archive.extractfile(member)
                assert stream is not None  # It is a file.
                with _text(stream) as text:
                    yield text, f"{path} ({member})"
                # The checksum at the end of a gzip stream is only looked at when it is read.
                while archive.fileobj and archive.fileobj.read(1 << 20):
                    pass
        elif start.startswith(_ZIP):
            with zipfile.ZipFile(path) as packed:
                member = _pick(packed.namelist(), names, path)
                with packed.open(member) as inside, _text(inside) as text:
                    yield text, f"{path} ({member})"
        elif opener is not None:
            with opener(path) as inside, _text(inside) as text:
                yield text, str(path)
        else:
            with path.open(encoding="utf-8-sig", newline="") as text:
                yield text, str(path)
    except FileNotFoundError as error:
        raise DataError("no such file", where=path) from error
    except (
        tarfile.TarError,
        zipfile.BadZipFile,
        gzip.BadGzipFile,
        lzma.LZMAError,
        zlib.error,
        EOFError,
        # Of a ZIP with a password, and of methods that nobody here knows.
        RuntimeError,
    ) as error:
        raise DataError(f"the archive cannot be read ({error})", where=path) from error
    except UnicodeDecodeError as error:
        raise DataError("not a text file", where=path, hint=expected) from error
    except OSError as error:
        raise DataError(f"cannot be read ({error.strerror or error})", where=path) from error


def is_packed(path: Path) -> bool:
    """Whether a file is compressed or an archive, by its first bytes or a name like ``.tar.gz``."""
    try:
        with path.open("rb") as file:
            start = file.read(8)
    except OSError:
        return False
    marks = (*_COMPRESSED, _ZIP)
    return start.startswith(marks) or path.name.lower().endswith(TAR_SUFFIXES)


def zip_holds_csv(path: Path) -> bool:
    """Whether ``path`` is a ZIP archive with a ``.csv`` in it, or a damaged one."""
    try:
        with path.open("rb") as file:
            if not file.read(len(_ZIP)).startswith(_ZIP):
                return False
        with zipfile.ZipFile(path) as packed:
            return bool(_csv_files(packed.namelist()))
    except zipfile.BadZipFile:
        return True  # Whoever reads it says what is wrong with it.
    except OSError:
        return False


def _text(stream: IO[bytes]) -> io.TextIOWrapper:
    return io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")


def _csv_files(members: list[str]) -> list[str]:
    """Without the notes that macOS puts beside the files of an archive."""
    return [
        name
        for name in members
        if name.lower().endswith(".csv")
        and not PurePosixPath(name).name.startswith("._")
        and "__MACOSX" not in name
    ]


def _pick(members: list[str], names: tuple[str, ...], path: Path) -> str:
    found = _csv_files(members)
    for name in names:
        for member in found:
            if PurePosixPath(member).name.lower() == name:
                return member
    if len(found) == 1:
        return found[0]
    several = f" but {len(found)} other .csv files" if found else ""
    raise DataError(
        f"the archive holds no {names[0]}{several}",
        where=path,
        hint="unpack it and name the file" if found else None,
    )
