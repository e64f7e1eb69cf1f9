"""The live tab: words over faces, who is who, freezing, saving, forgetting, pausing."""

from __future__ import annotations

import csv
import io
import itertools
import re
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from mien.emotions import FER2013
from mien.server.settings import Settings

from .conftest import CROSSING_SECONDS, run_server, set_box, wait_for
from .made_video import HALF, HEIGHT, WIDTH

HIDE = """hidden => {
  Object.defineProperty(document, 'visibilityState', {value: hidden ? 'hidden' : 'visible', configurable: true});
  document.dispatchEvent(new Event('visibilitychange'));
}"""  # noqa: E501


def start(watched) -> None:
    watched.page.click("#start")
    watched.page.wait_for_selector(".person .word")


def words(page) -> list[str]:
    return page.locator(".person .word").all_inner_texts()


def camera_of_colour(colour: str) -> str:
    """A script that replaces the camera by an even colour."""
    return f"""navigator.mediaDevices.getUserMedia = async () => {{
      const canvas = document.createElement('canvas');
      canvas.width = {WIDTH}; canvas.height = {HEIGHT};
      const pen = canvas.getContext('2d');
      setInterval(() => {{ pen.fillStyle = '{colour}'; pen.fillRect(0, 0, {WIDTH}, {HEIGHT}); }}, 50);
      return canvas.captureStream(30);
    }};"""  # noqa: E501


def answers_without_stall(watched) -> list[dict[str, Any]]:
    """The answers until now. A face that nobody looked for in most of a second is a new one, as it
    should be: then this skips."""
    answers = list(watched.answers)
    times = [answer["frame"]["time"] for answer in answers]
    longest = max(after - before for before, after in itertools.pairwise(times))
    if longest > 0.7:
        pytest.skip(f"the computer was too busy: no picture was read for {longest:.1f} s")
    return answers


def test_faces_have_words_and_people_who_cross_keep_their_numbers(open_page, server):
    with open_page(server) as watched:
        page = watched.page
        assert "camera is off" in page.inner_text("#camera-note")
        start(watched)
        page.wait_for_timeout(1000 * CROSSING_SECONDS * 0.8)
        answers = answers_without_stall(watched)
        assert words(page) == ["looks happy", "looks happy"]
        assert page.locator(".person h3").all_inner_texts() == ["Person 1", "Person 2"]
        assert "2 people in view" in page.inner_text("#status")
        assert "Nothing leaves this computer" in page.inner_text("#camera-note")
        page.locator(".numbers > summary").first.click()
        bars = page.locator(".person").first.locator(".bars li")
        assert bars.count() == len(FER2013)
        assert re.fullmatch(r"happy\s+[89]\d %", bars.nth(3).inner_text())
        label = page.locator(".timeline").first.get_attribute("aria-label")
        assert label.startswith("The last minute: happy")
        overlay = page.evaluate(
            """() => { const c = document.getElementById('overlay');
            return Array.from(c.getContext('2d').getImageData(0, 0, c.width, c.height).data)
              .filter((_, at) => at % 4 === 3).filter((alpha) => alpha > 0).length }"""
        )
        assert overlay > 2000
    faces = [face for answer in answers for face in answer["frame"]["faces"]]
    upper = {face["track"]["id"] for face in faces if face["xyxy"][3] < HALF}
    lower = {face["track"]["id"] for face in faces if face["xyxy"][1] > HALF}
    assert len(upper) == len(lower) == 1
    assert upper != lower
    places = [face["xyxy"][0] for face in faces if face["xyxy"][3] < HALF]
    assert max(places) - min(places) > WIDTH / 3, "they have not crossed"


def test_freeze_save_and_forget(open_page, server, tmp_path: Path):
    with open_page(server) as watched:
        page = watched.page
        start(watched)
        wait_for(page, lambda: len(watched.answers) > 10)
        page.click(".more > summary")
        page.click("#freeze")
        page.wait_for_timeout(700)
        assert page.evaluate("document.getElementById('video').paused")
        assert page.inner_text("#freeze") == "Go on"
        sent, rows = watched.sent(), page.inner_text("#data-words")
        page.wait_for_timeout(600)
        assert watched.sent() == sent > 10
        assert page.inner_text("#data-words") == rows
        assert "Frozen" in page.inner_text("#status")

        with page.expect_download() as download:
            page.click("#save-picture")
        download.value.save_as(tmp_path / "saved.png")
        assert download.value.suggested_filename.endswith(".png")
        picture = cv2.imread(str(tmp_path / "saved.png"))
        assert picture.shape == (HEIGHT, WIDTH, 3)
        happy = np.abs(picture.astype(int) - (0x42, 0xE4, 0xF0)).max(axis=2) < 12
        assert happy.sum() > 1000, "no yellow boxes in the picture"

        with page.expect_download() as download:
            page.click("#save-data")
        download.value.save_as(tmp_path / "saved.csv")
        table = list(csv.DictReader(io.StringIO((tmp_path / "saved.csv").read_text("utf-8"))))
        assert len(table) == sum(len(answer["frame"]["faces"]) for answer in watched.answers)
        shown = [face for answer in watched.answers for face in answer["frame"]["faces"]]
        assert {row["track"] for row in table} == {str(face["track"]["id"]) for face in shown}
        people = {row["person"] for row in table}
        assert people == {str(number) for number in range(1, len(people) + 1)}
        assert {row["label"] for row in table} >= {"happy"}
        times = [float(row["time"]) for row in table]
        assert times == sorted(times)
        for row in table:
            assert sum(float(row[name]) for name in FER2013.labels) == pytest.approx(1, abs=1e-4)
            assert 0 <= float(row["left"]) < float(row["right"]) <= WIDTH

        page.click("#forget")
        wait_for(page, lambda: page.inner_text("#data-words") == "No data yet.")
        assert page.is_disabled("#save-data")
        page.click("#freeze")
        wait_for(page, lambda: watched.sent() > sent)


def test_nothing_is_sent_while_nobody_can_see_it_or_the_camera_is_off(open_page, server):
    with open_page(server) as watched:
        page = watched.page
        page.wait_for_timeout(200)
        assert watched.sent() == 0
        start(watched)
        hide = (lambda: page.evaluate(HIDE, True), lambda: page.click("#tab-photo"))
        show = (lambda: page.evaluate(HIDE, False), lambda: page.click("#tab-live"))
        for hidden, shown in zip(hide, show, strict=True):
            hidden()
            page.wait_for_timeout(200)
            before = watched.sent()
            page.wait_for_timeout(500)
            assert watched.sent() == before > 0
            shown()
            wait_for(page, lambda before=before: watched.sent() > before + 3)
        page.click("#start")
        assert "camera is off" in page.inner_text("#camera-note")
        assert page.locator(".person").count() == 0
        assert page.evaluate("document.getElementById('video').srcObject") is None


@pytest.mark.parametrize(("colour", "said"), [("#808080", "No face"), ("#050505", "very dark")])
def test_no_face_is_said_and_so_is_darkness(open_page, server, colour, said):
    with open_page(server, init=camera_of_colour(colour)) as watched:
        watched.page.click("#start")
        wait_for(watched.page, lambda: said in watched.page.inner_text("#status"))
        assert words(watched.page) == []


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("NotAllowedError", "Allow it for this page"),
        ("NotFoundError", "No camera was found"),
        ("NotReadableError", "Another program"),
    ],
)
def test_a_camera_that_does_not_start_says_what_to_do(open_page, server, name, said):
    refuse = f"""navigator.mediaDevices.getUserMedia =
        async () => {{ throw new DOMException('no', '{name}'); }};"""
    with open_page(server, init=refuse) as watched:
        watched.page.click("#start")
        wait_for(watched.page, lambda: said in watched.page.inner_text("#stage-words"))
        assert watched.page.inner_text("#start") == "Start the camera"
        assert watched.page.is_enabled("#start")


def test_it_comes_back_when_the_server_does(open_page):

    running = run_server(Settings(port=0))
    port = int(running.url.rstrip("/").rpartition(":")[2])
    with open_page(running.url) as watched:
        watched.complaints_expected = True
        page = watched.page
        start(watched)
        running.stop()
        wait_for(page, lambda: page.is_visible("#connection"))
        assert "Is it still running?" in page.inner_text("#connection")
        again = run_server(Settings(port=port))
        try:
            before = len(watched.answers)
            # It may have come back by itself meanwhile, and hidden the button.
            page.evaluate("document.getElementById('retry').click()")
            wait_for(page, lambda: len(watched.answers) > before + 2)
            assert page.is_hidden("#connection")
        finally:
            again.stop()


def test_words_are_spoken_only_when_wanted(open_page, server):
    listen = """window.spoken = [];
      speechSynthesis.speak = (utterance) => window.spoken.push(utterance.text);"""
    with open_page(server, init=listen) as watched:
        page = watched.page
        start(watched)
        wait_for(page, lambda: page.inner_text("#announcer").endswith("happy"))
        assert page.evaluate("spoken") == []
        page.click("#start")
        set_box(page, "speak")
        start(watched)
        said = wait_for(page, lambda: page.evaluate("spoken"))
        assert said[0] in (
            "looks happy",
            "Person 1: looks happy",
            "Person 2: looks happy",
        )
        page.click(".follow >> nth=1")
        wait_for(page, lambda: page.evaluate("spoken").count("Person 2: looks happy"))
        page.reload()
        assert not page.is_checked("#speak")
        start(watched)
        wait_for(page, lambda: page.inner_text("#announcer").endswith("happy"))
        set_box(page, "speak")
        wait_for(page, lambda: page.evaluate("spoken"))
