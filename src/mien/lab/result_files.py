"""Results as files: ``to_dict()`` as JSON, and a folder of results that is written whole."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from mien.lab.beside import write_all_beside

OTHER_FOLDER = "choose another folder with --out"
"""What to do about a folder that cannot be written, where a verb has ``--out``."""


def write_results(
    folder: Path, contents: Mapping[str, str | bytes], *, hint: str | None = None
) -> None:
    """Write documents, tables, pictures and pages into a folder: all of them, or none.

    Parameters
    ----------
    folder : Path
        Made where it is not there. What else is in it stays.
    contents : mapping of str to str or bytes
        By file name; text is written as UTF-8.
    hint : str, optional
        What to do when the folder cannot be written.

    Raises
    ------
    OutputError
        If a file cannot be written; every file stays what it was.
    """
    files = {
        folder / name: content.encode() if isinstance(content, str) else content
        for name, content in contents.items()
    }
    write_all_beside(
        {path: partial(Path.write_bytes, data=content) for path, content in files.items()},
        hint=hint,
    )


def json_text(document: dict[str, Any]) -> str:
    """What ``to_dict()`` gives as the text of a JSON file."""
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def rows_text(document: dict[str, Any]) -> str:
    """``json_text`` with a line for each row of a list, so that long ones can be compared."""
    return _lines(document, "") + "\n"


def rounded(record: Any) -> dict[str, Any]:
    """A flat dataclass as a dict: tuples as lists, floats with six decimals."""
    return {key: _plain(value) for key, value in vars(record).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return round(value, 6) if isinstance(value, float) else value


def _lines(value: Any, indent: str) -> str:
    """JSON with one line for each value that holds no dict inside."""
    deeper = indent + "  "
    if isinstance(value, dict) and any(isinstance(part, dict | list) for part in value.values()):
        if not _holds_dicts(value):
            return json.dumps(value, ensure_ascii=False)
        body = [
            f"{deeper}{json.dumps(key, ensure_ascii=False)}: {_lines(part, deeper)}"
            for key, part in value.items()
        ]
        return "{\n" + ",\n".join(body) + f"\n{indent}}}"
    if isinstance(value, list) and any(isinstance(part, dict) for part in value):
        body = [f"{deeper}{json.dumps(part, ensure_ascii=False)}" for part in value]
        return "[\n" + ",\n".join(body) + f"\n{indent}]"
    return json.dumps(value, ensure_ascii=False)


def _holds_dicts(value: dict[str, Any]) -> bool:
    return any(
        isinstance(part, dict)
        or (isinstance(part, list) and any(isinstance(item, dict) for item in part))
        for part in value.values()
    )
