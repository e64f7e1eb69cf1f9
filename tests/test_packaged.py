"""The files that come with the package are there, whole, and described."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mien.errors import MienError, ModelFileError
from mien.packaged import (
    ASTRONAUT,
    CENTERFACE,
    PACKAGED_FILES,
    check_all_packaged,
    check_packaged,
    package_folder,
    packaged_path,
)


def test_every_file_is_whole():
    checks = check_all_packaged()
    assert [check.file for check in checks] == list(PACKAGED_FILES)
    assert [check.problem for check in checks] == [None] * len(checks)
    assert all(check.ok for check in checks)


def test_names_are_unique_and_hashes_well_formed():
    assert len({file.name for file in PACKAGED_FILES}) == len(PACKAGED_FILES)
    for file in PACKAGED_FILES:
        assert len(bytes.fromhex(file.sha256)) == 32
        assert file.summary
        assert file.licence


@pytest.mark.parametrize("file", [CENTERFACE, ASTRONAUT])
def test_the_licence_that_is_named_lies_beside_the_file(file):
    name = file.licence.rpartition("see ")[2]
    text = (packaged_path(file).parent / name).read_text(encoding="utf-8")
    assert file.sha256 in text


@pytest.mark.parametrize(("file", "kind"), [(CENTERFACE, ModelFileError), (ASTRONAUT, MienError)])
def test_a_missing_file_says_how_to_get_it_back(file, kind):
    missing = replace(file, name="gone.bin")
    with pytest.raises(
        kind, match=r"gone\.bin.*--force-reinstall --no-deps \. in the folder"
    ) as caught:
        packaged_path(missing)
    assert type(caught.value) is kind
    check = check_packaged(missing)
    assert not check.ok
    assert "missing" in check.problem


def test_another_hash_is_a_problem():
    check = check_packaged(replace(ASTRONAUT, sha256="0" * 64))
    assert not check.ok
    assert "884" in check.problem
    assert "reinstall" in check.problem


def test_a_folder_in_the_place_of_a_file_is_a_problem_not_a_traceback():
    check = check_packaged(replace(ASTRONAUT, name=""))
    assert not check.ok


def test_the_package_is_a_folder():
    assert (package_folder() / "packaged.py").is_file()
