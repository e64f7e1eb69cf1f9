"""What ``import mien`` offers."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import mien


def test_every_public_name_is_there():
    for name in mien.__all__:
        assert getattr(mien, name) is not None
    assert set(mien.__all__) <= set(dir(mien))


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'analyse'"):
        mien.analyse  # noqa: B018


def test_the_errors_share_one_base():
    for name in mien.__all__:
        if name.endswith("Error"):
            assert issubclass(getattr(mien, name), mien.MienError)


def test_importing_mien_loads_no_library():
    code = (
        "import sys; before = set(sys.modules); import mien\n"
        "print(sorted({n.partition('.')[0] for n in set(sys.modules) - before}"
        " - set(sys.stdlib_module_names)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['mien']"


def test_type_checkers_see_every_name_where_it_is_defined():
    """``__getattr__`` gives Any; what stands under TYPE_CHECKING is what they go by."""
    tree = ast.parse(Path(mien.__file__).read_text("utf-8"))
    (block,) = (node for node in tree.body if isinstance(node, ast.If))
    seen = {
        alias.name: node.module
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert seen.keys() == set(mien.__all__) - {"__version__"}
    for name, module in seen.items():
        assert getattr(importlib.import_module(module), name) is getattr(mien, name)
