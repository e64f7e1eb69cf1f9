"""Python still says what the goldens say: whoever changes a stage changes the browser's, too."""

import json

import pytest

from web.goldens import FOLDER, STAGES

FINE = {"xyxy": 0.05, "landmarks": 0.05, "doubts": 1e-3}
"""Most that a number may be off, by the key it stands under; 1e-4 elsewhere."""


def assert_alike(ours, golden, where="", tolerance=1e-4):
    if isinstance(golden, dict):
        assert ours.keys() == golden.keys(), where
        for key in golden:
            assert_alike(ours[key], golden[key], f"{where}.{key}", FINE.get(key, tolerance))
    elif isinstance(golden, list):
        assert len(ours) == len(golden), where
        for at, (one, other) in enumerate(zip(ours, golden, strict=True)):
            assert_alike(one, other, f"{where}[{at}]", tolerance)
    elif isinstance(golden, float):
        assert ours == pytest.approx(golden, abs=tolerance), where
    else:
        assert ours == golden, where


@pytest.mark.parametrize("name", STAGES)
def test_python_says_what_the_golden_file_says(name):
    golden = json.loads((FOLDER / name).read_text())
    ours = json.loads(json.dumps(STAGES[name]()))
    assert_alike(ours, golden)
