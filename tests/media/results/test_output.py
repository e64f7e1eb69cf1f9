"""Nothing half-written: a file is replaced whole or stays as it was."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from mien.errors import MienError, OutputError
from mien.media.results.output import make_folder, open_output, output_error
from mien.media.results.sinks import FORMATS, create_sink


@pytest.fixture
def out(tmp_path) -> Path:
    path = tmp_path / "out.txt"
    path.write_text("old")
    return path


def alone(path: Path) -> bool:
    return list(path.parent.iterdir()) == [path]


def test_the_old_file_is_there_until_the_new_one_is_complete(out):
    with open_output(out) as stream:
        stream.write(b"new")
        stream.flush()
        assert out.read_text() == "old"
    assert out.read_text() == "new"
    assert alone(out)


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, SystemExit, OSError])
def test_an_exception_leaves_the_old_file_and_nothing_else(out, error):
    with pytest.raises(error), open_output(out) as stream:
        stream.write(b"new")
        raise error
    assert out.read_text() == "old"
    assert alone(out)


@pytest.mark.parametrize("format", FORMATS)
def test_a_sink_that_is_left_by_an_exception_writes_nothing(
    format, tmp_path, make_face, make_frame
):
    with pytest.raises(KeyboardInterrupt), create_sink(format, tmp_path / "out") as sink:
        sink.write(make_frame(make_face()))
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_a_new_file_has_the_usual_permissions_and_an_old_one_keeps_its_own(tmp_path):
    new, old = tmp_path / "new", tmp_path / "old"
    old.touch()
    old.chmod(0o640)
    before = os.umask(0o027)
    try:
        for path in (new, old):
            with open_output(path) as stream:
                stream.write(b"x")
    finally:
        os.umask(before)
    assert stat.S_IMODE(new.stat().st_mode) == 0o640
    assert stat.S_IMODE(old.stat().st_mode) == 0o640


def test_a_link_is_followed(out, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(out)
    with open_output(link) as stream:
        stream.write(b"new")
    assert link.is_symlink()
    assert out.read_text() == "new"


def test_a_device_is_written_to_and_stays_a_device():
    with open_output(Path(os.devnull)) as stream:
        stream.write(b"x")
    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)


def refusal(path: Path) -> str:
    with pytest.raises(OutputError) as caught, open_output(path):
        pass
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_missing_folder_is_refused_at_once(tmp_path):
    path = tmp_path / "missing" / "out.csv"
    assert refusal(path) == f"{path}: its folder does not exist; make the folder first"


def test_a_folder_is_refused(tmp_path):
    assert "is a folder" in refusal(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_place_of_the_folder_is_refused(out):
    assert "its folder is not a folder" in refusal(out / "out.csv")


def test_a_name_that_is_too_long_is_refused_at_once(tmp_path):
    assert "name is too long" in refusal(tmp_path / ("x" * 300))
    assert list(tmp_path.iterdir()) == []


def test_a_name_with_nul_is_refused():
    assert "not a possible file name" in refusal(Path("a\0b"))


def test_a_read_only_file_system_is_refused():
    # Nobody, root included, may make a file in /proc.
    if not Path("/proc/self").exists():
        pytest.skip("no /proc")
    refusal(Path("/proc/out.csv"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_or_file_is_refused(out):
    out.chmod(0o444)
    assert "no permission" in refusal(out)
    out.parent.chmod(0o555)
    try:
        assert "no permission" in refusal(out.with_name("new"))
    finally:
        out.parent.chmod(0o755)


@pytest.mark.parametrize(
    ("number", "words"),
    [("ENOSPC", "the disk is full"), ("EROFS", "read-only"), ("EACCES", "no permission")],
)
def test_reasons_in_words(number, words):
    import errno

    line = str(output_error(OSError(getattr(errno, number), "as the system says"), "out.csv"))
    assert line.startswith(f"out.csv: {words}" if number != "EROFS" else "out.csv: the file system")
    assert words in line


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
@pytest.mark.parametrize("format", FORMATS)
def test_a_full_device(format, make_face, make_frame):
    with pytest.raises(OutputError, match="/dev/full: the disk is full"):  # noqa: SIM117
        with create_sink(format, Path("/dev/full")) as sink:
            sink.write(make_frame(*[make_face()] * 200))


LIMITED = """
import resource, signal, sys
from pathlib import Path
from mien.errors import OutputError
from mien.media.results.sinks import create_sink
from mien.results import Face, Frame
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
face = Face((0.0, 0.0, 9.0, 9.0), 0.9, None, {"happy": 0.9, "sad": 0.1}, {}, False)
try:
    with create_sink(sys.argv[1], Path(sys.argv[2]), labels=("happy", "sad")) as sink:
        for index in range(FRAMES):
            sink.write(Frame(f"picture {index * 7919}", 10, 10, (face,), "d", "m"))
except OutputError as error:
    print(error)
"""


@pytest.mark.parametrize("format", FORMATS)
def test_running_out_of_room_on_the_way_leaves_the_old_file(format, out):
    pytest.importorskip("resource")
    frames = "1_000" if format == "table" else "20_000"
    script = LIMITED.replace("range(FRAMES)", f"range({frames})")
    done = subprocess.run(
        [sys.executable, "-c", script, format, out], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith(f"{out}: the file would be larger than is allowed here")
    assert done.stderr == ""
    assert out.read_text() == "old"
    assert alone(out)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
@pytest.mark.parametrize("format", FORMATS)
def test_standard_output_on_a_full_device_is_one_error_and_nothing_at_exit(format):
    script = (
        "import sys\nfrom mien.errors import OutputError\n"
        "from mien.media.results.sinks import create_sink\n"
        "try:\n"
        "    with create_sink(sys.argv[1]): pass\n"
        "    print('more')\n"
        "    sys.stdout.flush()\n"
        "except (OutputError, OSError) as error:\n"
        "    sys.exit(str(error))\n"
    )
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-c", script, format],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    if format == "jsonl":  # Nothing to write, so the print after it fails, as it should.
        assert "No space left" in done.stderr
        return
    assert done.stderr == (
        "standard output: the disk is full; free some space, or write elsewhere\n"
    )
    assert done.returncode == 1


def test_a_closed_standard_output(monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)
    with pytest.raises(OutputError, match="standard output: is closed"), create_sink("json"):
        pass


def test_an_error_elsewhere_does_not_cost_the_program_its_standard_output(capfd):
    script = (
        "from mien.errors import OutputError\nfrom mien.media.results.sinks import create_sink\n"
        "try:\n"
        "    with create_sink('jsonl'): raise OutputError('elsewhere')\n"
        "except OutputError: print('still here')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout == "still here\n"


def test_make_folder(tmp_path, out):
    make_folder(tmp_path / "a" / "b")
    make_folder(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()
    with pytest.raises(MienError, match="out"):
        make_folder(out / "below")
