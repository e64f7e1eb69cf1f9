"""The journal's file: crashes, damage, passphrases, two windows, forgetting."""

from __future__ import annotations

import dataclasses
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from mien.errors import DataError, UsageError
from mien.journal.kept.journal_file import examine, open_journal, restore
from mien.journal.kept.private_database import back_up, backup_of

SECRET = "rain in march"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a journal may be."""
    return tmp_path / "data" / "journal.sqlite3"


def test_what_is_added_is_there_and_only_its_owner_reads_it(file, entry):
    with open_journal(file, create=True) as journal:
        journal.add(entry)
    with open_journal(file) as journal:
        assert journal.check_ins() == [entry]
    if os.name == "posix":
        assert file.stat().st_mode & 0o777 == 0o600
        assert backup_of(file).stat().st_mode & 0o777 == 0o600
        file.chmod(0o644)
        with open_journal(file):
            assert file.stat().st_mode & 0o777 == 0o600


def test_all_or_none_of_several_are_kept(file, entry, later):
    with open_journal(file, create=True) as journal:
        journal.add(entry)
        with pytest.raises(UsageError, match="already"):
            journal.add_all([later(entry, 5), entry])
        assert journal.check_ins() == [entry]


def test_a_passphrase_hides_every_word(file, entry):
    pytest.importorskip("cryptography")
    with open_journal(file, create=True, passphrase=SECRET) as journal:
        journal.add(entry)
    for path in (file, backup_of(file)):
        assert b"coffee" not in path.read_bytes()
    with open_journal(file, passphrase=SECRET) as journal:
        assert journal.check_ins() == [entry]
    with (
        pytest.raises(UsageError, match="not the journal's passphrase"),
        open_journal(file, passphrase="rain in april"),
    ):
        pass
    with pytest.raises(UsageError, match="has a passphrase"), open_journal(file):
        pass
    with open_journal(file, passphrase=SECRET) as journal:
        journal.change_passphrase(None)
    with open_journal(file) as journal:
        assert journal.check_ins() == [entry]
    with (
        pytest.raises(UsageError, match="has no passphrase"),
        open_journal(file, passphrase=SECRET),
    ):
        pass


def test_a_changed_bit_under_a_passphrase_is_noticed(file, entry):
    pytest.importorskip("cryptography")
    with open_journal(file, create=True, passphrase=SECRET) as journal:
        journal.add(entry)
    with sqlite3.connect(file) as connection:
        (content,) = connection.execute("SELECT content FROM entry").fetchone()
        changed = content[:-1] + bytes([content[-1] ^ 1])
        connection.execute("UPDATE entry SET content = ?", (changed,))
    connection.close()
    with (
        pytest.raises(DataError, match="damaged"),
        open_journal(file, passphrase=SECRET) as journal,
    ):
        journal.check_ins()


def test_a_short_passphrase_is_refused_and_leaves_no_journal(file):
    pytest.importorskip("cryptography")
    with (
        pytest.raises(UsageError, match="fewer than"),
        open_journal(file, create=True, passphrase="short"),
    ):
        pass
    with open_journal(file, create=True) as journal:
        assert journal.check_ins() == []


def test_forgotten_words_are_in_no_file(file, entry, later):
    with open_journal(file, create=True) as journal:
        journal.add(entry)
        other = later(entry, 9, words="something else")
        journal.add(other)
        assert journal.forget([entry.id]) == 1
        assert journal.check_ins() == [other]
    for path in file.parent.iterdir():
        assert b"a good day" not in path.read_bytes(), path
    with open_journal(file) as journal:
        assert journal.forget() == 1
    for path in file.parent.iterdir():
        assert b"something else" not in path.read_bytes(), path


@pytest.mark.parametrize("passphrase", [None, SECRET])
def test_old_words_of_a_changed_check_in_are_in_no_file(file, entry, passphrase):
    if passphrase is not None:
        pytest.importorskip("cryptography")
    with open_journal(file, create=True, passphrase=passphrase) as journal:
        journal.add(entry)
        changed = dataclasses.replace(entry, words="the talk went well", mood=5)
        journal.replace(changed)
        assert journal.check_ins() == [changed]
    for path in file.parent.iterdir():
        assert b"a good day" not in path.read_bytes(), path
    with open_journal(file, passphrase=passphrase) as journal:
        journal.forget([entry.id])
        with pytest.raises(DataError, match="erased meanwhile"):
            journal.replace(entry)


def test_what_a_person_agreed_to_is_kept_until_all_is_forgotten(file, entry):
    with open_journal(file, create=True) as journal:
        assert not journal.is_agreed
        journal.agree()
        journal.add(entry)
        journal.forget([entry.id])
    with open_journal(file) as journal:
        assert journal.is_agreed
        journal.forget()
        assert not journal.is_agreed


def test_the_list_of_pages_is_locked_as_entries_are(file, entry):
    pytest.importorskip("cryptography")
    with open_journal(file, create=True) as journal:
        journal.keep_made({"/home/ana/for-dr-lee.html": "1"})
        journal.change_passphrase(SECRET)
        assert journal.made() == {"/home/ana/for-dr-lee.html": "1"}
    for path in file.parent.iterdir():
        assert b"for-dr-lee" not in path.read_bytes(), path


@pytest.mark.parametrize("damage", ["beginning", "middle", "cut off", "empty"])
def test_damage_is_said_and_the_backup_comes_back(file, year, damage):
    with open_journal(file, create=True) as journal:
        journal.add_all(year[:200])
        back_up(journal._connection, file)
    content = bytearray(file.read_bytes())
    if damage == "beginning":
        content[:200] = bytes(200)
    elif damage == "middle":
        content[5000:30000] = os.urandom(25000)
    else:
        content = content[: len(content) // 2 if damage == "cut off" else 0]
    file.write_bytes(content)
    with (
        pytest.raises(DataError, match=r"damaged.*doctor --restore"),
        open_journal(file) as journal,
    ):
        journal.check_ins()
    assert examine(file).damage is not None
    aside = restore(file)
    assert aside.read_bytes() == bytes(content)
    with open_journal(file) as journal:
        assert len(journal.check_ins()) == 200


def test_other_files_are_left_alone(file, tmp_path):
    other = tmp_path / "other.sqlite3"
    with sqlite3.connect(other) as connection:
        connection.execute("PRAGMA application_id = 7")
        connection.execute("CREATE TABLE mine (x)")
    connection.close()
    before = other.read_bytes()
    with pytest.raises(DataError, match="not a journal"), open_journal(other, create=True):
        pass
    assert other.read_bytes() == before
    with pytest.raises(DataError, match="there is no journal yet"), open_journal(file):
        pass
    with pytest.raises(DataError, match="no such file"):
        restore(file)


def test_a_newer_journal_is_not_touched(file):
    with open_journal(file, create=True):
        pass
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(DataError, match="newer Mien"), open_journal(file):
        pass


def test_two_windows_at_once_lose_nothing(file, entry, later):
    with open_journal(file, create=True):
        pass

    def write(of: int) -> None:
        for number in range(10):
            with open_journal(file) as journal:
                journal.add(later(entry, of * 100 + number))

    windows = [threading.Thread(target=write, args=(of,)) for of in range(2)]
    for window in windows:
        window.start()
    for window in windows:
        window.join()
    with open_journal(file) as journal:
        assert len(journal.check_ins()) == 20


def test_a_kill_at_any_moment_loses_no_check_in_that_was_kept(file, entry):
    program = (
        "import sys, uuid, dataclasses\n"
        "from pathlib import Path\n"
        "from datetime import datetime, UTC\n"
        "from mien.journal.kept.check_in import CheckIn\n"
        "from mien.journal.kept.journal_file import open_journal\n"
        "with open_journal(Path(sys.argv[1]), create=True) as journal:\n"
        "    while True:\n"
        "        journal.add(CheckIn(at=datetime.now(UTC), mood=3))\n"
        "        print('kept', flush=True)\n"
    )
    for lines in (1, 7, 23):
        before = 0
        if file.exists():
            with open_journal(file) as journal:
                before = len(journal.check_ins())
        process = subprocess.Popen(
            [sys.executable, "-c", program, str(file)], stdout=subprocess.PIPE, text=True
        )
        for _ in range(lines):
            assert process.stdout.readline() == "kept\n"
        process.send_signal(signal.SIGKILL)
        said = lines + len(process.stdout.read().splitlines())
        process.wait()
        with open_journal(file) as journal:
            # One may have been kept without having been said.
            assert len(journal.check_ins()) - before in (said, said + 1)
