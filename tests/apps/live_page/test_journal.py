"""The journal's tab: from what one agrees to to the week, with and without a camera."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mien.journal.change.simulated import Change, Person, simulate
from mien.journal.kept.check_in import CheckIn
from mien.journal.kept.journal_file import open_journal
from mien.journal.kept.private_database import backup_of
from mien.journal.kept.questionnaires import answered
from mien.journal.kept.tasks import TASKS
from mien.server.settings import JournalSettings, Settings

from .conftest import Running, run_server, wait_for
from .test_access import FITS, LOOKS, problems
from .test_words import READ, forms

SECRET = "rain in march"
WORDS = "slept badly, the talk went well"
HOSTILE = "<img src=x onerror=\"document.title='run'\"><b>{mood}</b> ${1} \u202egnp \x07"


CONTRAST = "(on) => document.documentElement.classList.toggle('contrast', on)"


@dataclass
class Shown:
    """A server that shows a journal, and the address with its key."""

    running: Running
    file: Path
    key: str

    @property
    def address(self) -> str:
        return f"{self.running.url}#journal={self.key}"


@pytest.fixture(scope="module")
def shown(tmp_path_factory) -> Iterator[Shown]:
    """One server; its journal is another one for each test."""
    settings = JournalSettings(path=tmp_path_factory.mktemp("home") / "journal.sqlite3")
    running = run_server(Settings(port=0, threads=2, journal=settings))
    yield Shown(running, settings.path, settings.key)
    running.stop()


@pytest.fixture
def journal(shown) -> Iterator[Shown]:
    """A server that shows a journal that is not there yet."""
    yield shown
    for path in shown.file.parent.iterdir():
        path.unlink()


def fill(file: Path, check_ins: list[CheckIn], passphrase: str | None = None) -> None:
    """A journal of somebody who has agreed."""
    with open_journal(file, create=True, passphrase=passphrase) as kept:
        kept.agree()
        kept.add_all(check_ins)


def until_now(check_ins: list[CheckIn]) -> list[CheckIn]:
    """Check-ins, the last of which is an hour ago."""
    by = datetime.now().astimezone() - timedelta(hours=1) - check_ins[-1].at
    return [dataclasses.replace(one, at=(one.at + by).astimezone()) for one in check_ins]


def kept_in(file: Path, passphrase: str | None = None) -> list[CheckIn]:
    with open_journal(file, passphrase=passphrase) as kept:
        return kept.check_ins()


def agree(page: Any) -> None:
    page.wait_for_selector("#consent:not([hidden])")
    page.check("#adult")
    page.click("#consent button")
    page.wait_for_selector("#check-in:not([hidden])")


def say(page: Any, words: str, mood: int = 2) -> None:
    page.click(f"#moods .mood-choice:nth-child({mood})")
    page.fill("#words", words)


@contextmanager
def stopped(settings: Settings) -> Iterator[Callable[[], Running]]:
    """A server that a test may stop and start again."""
    running: list[Running] = []

    def start() -> Running:
        running.append(run_server(settings))
        return running[-1]

    try:
        yield start
    finally:
        for each in running:
            each.stop()


def test_from_agreeing_to_the_week_without_a_camera(open_page, journal):
    with open_page(journal.address, locale="en-GB") as watched:
        page = watched.page
        page.wait_for_selector("#consent:not([hidden])")
        assert "#" not in page.url.replace("#journal", ""), "the key does not stay in the address"
        told = page.inner_text("#consent")
        for part in (
            "how much and how strongly you smile",
            str(journal.file),
            "Phones",
            "guardian",
        ):
            assert part in told
        page.click("#consent button")
        assert not journal.file.exists(), "nothing is kept before an adult or a guardian agrees"
        agree(page)
        page.click("#check-in button.main-action")
        assert page.inner_text("#journal-status") == "Choose how you are, from 1 to 5."
        say(page, HOSTILE)
        page.click("#check-in-more summary")
        page.fill("#sleep", "6.5")
        page.select_option("#questionnaire", "phq-2")
        page.click("#check-in button.main-action")
        assert "Answer each question" in page.inner_text("#journal-status")
        for item in range(2):
            page.check(f"input[name=item-{item}][value='3']")
        page.click("#check-in button.main-action")
        page.wait_for_selector(".checked-in")
        assert page.inner_text("#journal-status") == "Kept."
        assert "<img src=x" in page.inner_text(".own-words")
        assert "slept 6.5 h · PHQ-2 6" in page.inner_text(".checked-in")
        assert "Still learning you: 1 check-in of 14" in page.inner_text("#said")
        # The answers were high: whom to call comes before all else.
        assert "116 123" in page.inner_text("#help-first")
        assert page.locator("#look > *:not([hidden])").first.get_attribute("id") == "help-first"
        assert page.title() != "run"
        (one,) = kept_in(journal.file)
        assert (one.mood, one.words, one.sleep, one.questionnaire.sum) == (2, HOSTILE, 6.5, 6)
        page.reload()
        page.wait_for_selector(".checked-in")
        assert page.input_value("#words") == ""


def test_a_page_without_the_key_says_how_to_come_in(open_page, journal):
    fill(journal.file, [CheckIn(datetime.now().astimezone(), 3, WORDS)])
    with open_page(journal.running.url) as watched:
        watched.complaints_expected = True  # The browser writes the status 4xx to its console.
        page = watched.page
        page.click("#tab-journal")
        page.wait_for_selector("#key-form:not([hidden])")
        assert "in the terminal" in page.inner_text("#gate-words")
        assert WORDS not in page.content()
        page.fill("#journal-key", "another")
        page.keyboard.press("Enter")
        wait_for(page, lambda: "not the key" in page.inner_text("#gate-words"))
        page.fill("#journal-key", journal.address)
        page.keyboard.press("Enter")
        page.wait_for_selector(".checked-in")
        assert page.evaluate("Object.keys(localStorage)") == []


@pytest.mark.every_state
@pytest.mark.parametrize("task", ["look", "read"])
def test_from_agreeing_to_the_week_with_the_camera(open_page, journal, task):
    with open_page(journal.address) as watched:
        page = watched.page
        agree(page)
        say(page, WORDS, 4)
        page.click("#to-camera")
        page.check(f"input[name=task][value={task}]")
        assert page.is_visible("#watch-picture") == (task == "look")
        page.click("#watch-start")
        wait_for(page, lambda: "The face was seen" in page.inner_text("#watch-words"))
        page.click("#watch-pause")
        assert "Paused" in page.inner_text("#watch-words")
        value = page.evaluate("document.getElementById('watch-progress').value")
        page.wait_for_timeout(4000)
        assert page.evaluate("document.getElementById('watch-progress').value") <= value + 1
        page.click("#watch-pause")
        if task == "look":
            page.click("#watch-enough")
            wait_for(page, lambda: "less than 20 seconds" in page.inner_text("#journal-status"))
        else:
            wait_for(page, lambda: "Done" in page.inner_text("#journal-status"), 180)
        assert page.evaluate("document.getElementById('watch-video').srcObject") is None
        assert page.input_value("#words") == WORDS
        page.click("#check-in button.main-action")
        page.wait_for_selector(".checked-in")
        assert "with camera" in page.inner_text(".checked-in")
        (one,) = kept_in(journal.file)
        assert one.task == task
        assert one.measures.face_seen > 0.9
        assert (one.measures.seconds >= 30) == (task == "read")
        assert one.measures.smile_share > 0.5
        page.locator(".checked-in").click()
        assert "Camera" in page.inner_text("#entry-seen")
        page.check("#entry-without")
        page.click("#entry-form button.main-action")
        wait_for(page, lambda: "with camera" not in page.inner_text("#days"))
        assert kept_in(journal.file)[0].measures is None
    assert {path.suffix for path in journal.file.parent.iterdir()} <= {".sqlite3", ".backup"}


@pytest.mark.every_state
def test_a_camera_that_is_refused_or_left_costs_no_word(open_page, journal):
    refuse = """navigator.mediaDevices.getUserMedia =
        async () => { throw new DOMException('no', 'NotAllowedError'); };"""
    with open_page(journal.address, init=refuse) as watched:
        page = watched.page
        agree(page)
        say(page, WORDS)
        page.click("#to-camera")
        page.click("#watch-start")
        wait_for(page, lambda: "did not allow" in page.inner_text("#watch-words"))
        page.click("#watch-leave")
        page.click("#check-in button.main-action")
        page.wait_for_selector(".checked-in")
    assert [one.words for one in kept_in(journal.file)] == [WORDS]


@pytest.mark.every_state
def test_nobody_is_looked_at_where_they_cannot_see_it(open_page, journal):
    with open_page(journal.address) as watched:
        page = watched.page
        agree(page)
        say(page, WORDS)
        page.click("#to-camera")
        page.click("#watch-start")
        wait_for(page, lambda: "The face was seen" in page.inner_text("#watch-words"))
        page.click("#tab-photo")
        enabled = "document.getElementById('watch-video').srcObject.getTracks()[0].enabled"
        assert not page.evaluate(enabled)
        page.click("#tab-journal")
        assert "Paused" in page.inner_text("#watch-words")


@pytest.mark.every_state
def test_a_passphrase_is_chosen_asked_for_and_wrong(open_page, journal):
    pytest.importorskip("cryptography")
    with open_page(journal.address) as watched:
        watched.complaints_expected = True
        page = watched.page
        page.wait_for_selector("#consent:not([hidden])")
        page.fill("#new-passphrase", SECRET)
        page.fill("#same-passphrase", "rain in april")
        page.check("#adult")
        page.click("#consent button")
        wait_for(page, lambda: "not the same" in page.inner_text("#journal-status"))
        page.fill("#same-passphrase", SECRET)
        agree(page)
        say(page, WORDS)
        page.click("#check-in button.main-action")
        page.wait_for_selector(".checked-in")
        page.click("#papers summary")
        page.click("#lock")
        page.wait_for_selector("#unlock-form:not([hidden])")
        assert WORDS not in page.inner_text("#journal")
        page.fill("#passphrase", "rain in april")
        page.keyboard.press("Enter")
        wait_for(page, lambda: "not the journal’s passphrase" in page.inner_text("#gate-words"))
        page.fill("#passphrase", SECRET)
        page.keyboard.press("Enter")
        page.wait_for_selector(".checked-in")
        assert page.evaluate("JSON.stringify([localStorage, sessionStorage])").find(SECRET) < 0
    assert [one.words for one in kept_in(journal.file, SECRET)] == [WORDS]
    assert WORDS.encode() not in journal.file.read_bytes()


@pytest.mark.every_state
def test_what_is_typed_stays_while_the_server_is_gone(open_page, tmp_path):
    pytest.importorskip("cryptography")
    file = tmp_path / "journal.sqlite3"
    fill(file, [], SECRET)
    first = JournalSettings(path=file)
    with stopped(Settings(port=0, journal=first)) as start:
        running = start()
        port = int(running.url.rpartition(":")[2].rstrip("/"))
        with open_page(f"{running.url}#journal={first.key}") as watched:
            watched.complaints_expected = True
            page = watched.page
            page.fill("#passphrase", SECRET)
            page.keyboard.press("Enter")
            page.wait_for_selector("#check-in:not([hidden])")
            say(page, WORDS)
            running.stop()
            page.click("#check-in button.main-action")
            wait_for(page, lambda: "does not answer" in page.inner_text("#journal-gate"))
            assert "still on this page" in page.inner_text("#gate-typed")
            assert page.input_value("#words") == WORDS
            second = JournalSettings(path=file)
            with stopped(Settings(port=port, journal=second)) as again:
                again()
                page.click("#check-in button.main-action")
                page.wait_for_selector("#key-form:not([hidden])")
                page.fill("#journal-key", second.key)
                page.keyboard.press("Enter")
                page.wait_for_selector("#unlock-form:not([hidden])")
                assert page.input_value("#words") == WORDS
                page.fill("#passphrase", SECRET)
                page.keyboard.press("Enter")
                page.wait_for_selector("#journal-gate", state="hidden")
                assert page.input_value("#words") == WORDS
                page.click("#check-in button.main-action")
                page.wait_for_selector(".checked-in")
    assert [one.words for one in kept_in(file, SECRET)] == [WORDS]


@pytest.mark.every_state
def test_a_damaged_journal_offers_its_backup(open_page, journal):
    fill(journal.file, [CheckIn(datetime.now().astimezone(), 3, WORDS)])
    backup_of(journal.file).write_bytes(journal.file.read_bytes())
    journal.file.write_bytes(b"no database at all")
    with open_page(journal.address) as watched:
        page = watched.page
        page.wait_for_selector("#restore-box:not([hidden])")
        assert "There is a backup of" in page.inner_text("#gate-words")
        page.click("#restore")
        page.wait_for_selector(".checked-in")
        assert "damaged-" in page.inner_text("#journal-status")
        assert WORDS in page.inner_text("#days")


@pytest.mark.every_state
def test_two_windows_change_and_erase(open_page, journal):
    now = datetime.now().astimezone()
    fill(journal.file, [CheckIn(now - timedelta(minutes=at), 3, WORDS) for at in (1, 2)])
    with open_page(journal.address) as watched, open_page(journal.address) as other:
        other.complaints_expected = True
        page, second = watched.page, other.page
        for each in (page, second):
            each.wait_for_selector(".checked-in")
        second.locator(".checked-in").first.click()
        second.fill("#entry-words", "changed too late")
        page.locator(".checked-in").first.click()
        page.click("#entry-erase")
        assert len(kept_in(journal.file)) == 2, "it asks first"
        page.click("#entry-erase")
        wait_for(page, lambda: page.locator(".checked-in").count() == 1)
        second.click("#entry-form button.main-action")
        wait_for(second, lambda: "erased in another window" in second.inner_text("#entry-status"))
        assert second.input_value("#entry-words") == "changed too late"
        second.click("#entry-close")
        wait_for(second, lambda: second.locator(".checked-in").count() == 1)
        second.locator(".checked-in").click()
        second.fill("#entry-words", HOSTILE)
        second.click("#entry-form button.main-action")
        wait_for(second, lambda: "old words are gone" in second.inner_text("#journal-status"))
        assert "<img src=x" in second.inner_text("#days")
        assert second.title() != "run"
    assert [one.words for one in kept_in(journal.file)] == [HOSTILE]
    for path in journal.file.parent.iterdir():
        assert WORDS.encode() not in path.read_bytes()


@pytest.mark.every_state
def test_a_year_says_what_differs_and_is_taken_along_and_forgotten(open_page, journal):
    year = until_now(simulate(Person(), 365, np.random.default_rng(1), Change(-4, 330)))
    fill(journal.file, year)
    with open_page(journal.address, locale="de-DE") as watched:
        page = watched.page
        page.wait_for_selector("#days .day")
        said = page.inner_text("#said")
        assert "Das ist anders als sonst bei Ihnen: " in said
        assert "95-%-Intervall" in said
        assert "112" in said
        page.click("#papers summary")
        for button, ending in (("report-save", ".html"), ("save-json", ".json")):
            with page.expect_download() as found:
                page.click(f"#{button}")
            assert found.value.suggested_filename.endswith(ending)
        assert '"mood"' in Path(found.value.path()).read_text("utf-8")
        page.context.add_init_script("window.print = () => { window.wasPrinted = true; };")
        with page.expect_popup() as popup:
            page.click("#report-print")
        report = popup.value
        report.wait_for_url("**/v1/journal/report**")
        wait_for(page, lambda: report.evaluate("window.wasPrinted"))
        assert "Mood, as the person says" in report.inner_text("main")
        printed = report.pdf(prefer_css_page_size=True, print_background=True)
        pages = len(re.findall(rb"/Type /Page\b", printed))
        assert printed.startswith(b"%PDF-")
        assert 2 <= pages <= 12
        boxes = set(re.findall(rb"/MediaBox \[[^]]*\]", printed))
        assert len(boxes) == 1, "all pages are A4"
        report.close()
        page.click("[data-place=month]")
        page.locator(".square:is(button)").first.click()
        page.wait_for_selector(".day .checked-in")
        page.click("[data-place=all]")
        assert page.locator(".curve").count() == 9
        page.click("#forget-all")
        assert page.is_disabled("#forget-now")
        page.fill("#forget-word", "lösche")
        page.keyboard.press("Enter")
        assert len(kept_in(journal.file)) == len(year)
        page.fill("#forget-word", "löschen")
        page.click("#forget-now")
        page.wait_for_selector("#consent:not([hidden])")
        assert page.inner_text("#journal-status") == "Alles ist gelöscht."
    assert kept_in(journal.file) == []


@pytest.mark.every_state
def test_by_keyboard_alone(open_page, journal):
    with open_page(journal.running.url) as watched:
        watched.complaints_expected = True
        page = watched.page
        page.focus("#tab-live")
        page.keyboard.press("End")
        page.wait_for_selector("#key-form:not([hidden])")
        page.keyboard.type(journal.key)
        page.keyboard.press("Enter")
        page.wait_for_selector("#consent:not([hidden])")

        def tab_to(selector: str) -> None:
            for _ in range(60):
                if page.evaluate(f"document.activeElement.matches({selector!r})"):
                    return
                page.keyboard.press("Tab")
            raise AssertionError(f"no way to {selector}")

        tab_to("#adult")
        page.keyboard.press("Space")
        tab_to("#consent button")
        page.keyboard.press("Enter")
        page.wait_for_selector("#check-in:not([hidden])")
        tab_to("#moods input")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Tab")
        page.keyboard.type(WORDS)
        tab_to("#check-in button.main-action")
        page.keyboard.press("Enter")
        page.wait_for_selector(".checked-in")
        tab_to(".checked-in")
        page.keyboard.press("Enter")
        assert page.evaluate("document.getElementById('entry').open")
        page.keyboard.press("Escape")
        assert page.evaluate("document.activeElement.matches('.checked-in')")
    (one,) = kept_in(journal.file)
    assert one.words == WORDS


@pytest.mark.every_state
@pytest.mark.parametrize("locale", ["en-GB", "de-DE"])
def test_axe_finds_nothing_and_nothing_is_cut_off(open_page, journal, locale):
    with open_page(journal.address, locale=locale) as watched:
        page = watched.page

        def look(what: str) -> None:
            for scheme, width, contrast in LOOKS:
                page.emulate_media(color_scheme=scheme)
                page.set_viewport_size({"width": width, "height": 900})
                page.evaluate(CONTRAST, contrast)
                assert problems(page) == [], (what, scheme, width, contrast)
            for width in (320, 390, 768, 1200):
                page.set_viewport_size({"width": width, "height": 900})
                page.wait_for_function(FITS, arg=width)

        page.wait_for_selector("#consent:not([hidden])")
        look("consent")
        agree(page)
        page.click("#check-in-more summary")
        page.select_option("#questionnaire", "phq-8")
        say(page, WORDS)
        look("check-in")
        page.check("input[name=item-0][value='0']")
        page.select_option("#questionnaire", "")
        page.click("#to-camera")
        look("camera")
        low = until_now(simulate(Person(), 120, np.random.default_rng(1), Change(-4, 90)))
        low[-1] = dataclasses.replace(low[-1], questionnaire=answered("phq-2", [3, 3]))
        fill(journal.file, low)
        page.click("#watch-leave")
        page.click("#check-in button.main-action")
        page.wait_for_selector(".checked-in")
        page.click("#papers summary")
        for place in ("week", "month", "all"):
            page.click(f"[data-place={place}]")
            look(place)
        page.click("[data-place=week]")
        page.locator(".checked-in").first.click()
        look("entry")
        page.keyboard.press("Escape")
        page.click("#forget-all")
        look("forget")


def test_its_words_name_no_illness_and_tasks_are_said_as_they_are(launch_chromium, shown):
    page = launch_chromium().new_page()
    page.goto(shown.running.url)
    languages = page.evaluate(READ)
    rooms = {"journal", "consent", "say", "watch", "poor", "said", "less", "help", "weeks",
             "curve", "curves", "entry", "papers", "forget", "mood", "phq"}  # fmt: skip
    never = ("depress", "diagnos", "risk", "disorder", "patient", "krank", "störung", "risiko")
    for language in languages.values():
        for key, told in language.items():
            if key.partition(".")[0] not in rooms:
                continue
            # The questions stand as their authors wrote them.
            if key == "phq.item-1":
                continue
            for text in forms(told):
                assert not [word for word in never if word in text.lower()], (key, text)
    english = languages["english"]
    for name, task in TASKS.items():
        assert english[f"watch.text-{name}"] == task.prompt
        assert english[f"watch.task-{name}"] == task.title
