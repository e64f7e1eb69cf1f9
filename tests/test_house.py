"""The house as it was agreed: rooms of a size one can live in, and every name once."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import mien

HOUSE = Path(mien.__file__).parent
MOST_FILES = 15
ONE_FAMILY_A_FILE = HOUSE / "lab" / "models"
FILES = sorted(HOUSE.rglob("*.py"))


def half_of(path: Path) -> str:
    """A verb's file may share a name with what it calls."""
    room = path.relative_to(HOUSE).parts[0]
    return room if room in ("lab", "cli") else "runtime"


def module_of(path: Path) -> str:
    parts = path.relative_to(HOUSE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(tree: ast.AST, modules: set[str]) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in modules else node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def test_no_room_is_overfull():
    counts = defaultdict(int)
    for path in FILES:
        counts[path.parent] += path.name != "__init__.py"
    counts.pop(ONE_FAMILY_A_FILE)
    full = {str(room.relative_to(HOUSE)): n for room, n in counts.items() if n > MOST_FILES}
    assert not full


@pytest.mark.parametrize("half", ["runtime", "lab"])
def test_a_file_name_stands_once_in_each_half(half):
    seen = defaultdict(list)
    for path in FILES:
        if path.name != "__init__.py" and half_of(path) == half:
            seen[path.name].append(str(path.relative_to(HOUSE)))
    assert not {name: paths for name, paths in seen.items() if len(paths) > 1}


def test_a_class_name_stands_once():
    seen = defaultdict(set)
    for path in FILES:
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.ClassDef):
                seen[node.name].add(str(path.relative_to(HOUSE)))
    assert not {name: paths for name, paths in seen.items() if len(paths) > 1}


def test_no_file_asks_to_be_two():
    lengths = {str(p.relative_to(HOUSE)): len(p.read_text("utf-8").splitlines()) for p in FILES}
    assert not {path: lines for path, lines in lengths.items() if lines > 400}


def test_files_import_each_other_in_no_circle():
    """Imports inside functions and those for type checkers count, too."""
    modules = {module_of(path) for path in FILES}
    # A package's own file only names what is in it (mien/__init__.py, lab/models/__init__.py).
    graph = {
        module_of(path): set(imported(ast.parse(path.read_text("utf-8")), modules)) & modules
        for path in FILES
        if path.name != "__init__.py"
    }
    TopologicalSorter(graph).prepare()  # Raises CycleError and names the circle.
