"""What ``import mien`` offers."""

from __future__ import annotations

import subprocess
import sys

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


def test_importing_mien_loads_no_heavy_library():
    code = (
        "import sys, mien; print([n for n in ('torch', 'onnxruntime', 'cv2') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
