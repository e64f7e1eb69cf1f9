"""Frames a second of readers in the browser, on the same frames in the same run, as a table.

    npm ci --prefix benchmarks/browser && python benchmarks/browser/run.py

Needs the built page (``npm ci && npm run build`` in ``web``), Chromium and playwright.
"""

from __future__ import annotations

import argparse
import http.server
import os
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

HERE = Path(__file__).resolve().parent
DIST = HERE.parents[1] / "web" / "dist"

sys.path.insert(0, str(HERE.parents[1] / "tests"))

from apps.live_page.made_video import crossing, write_mjpeg  # noqa: E402  (importable from here on)

SUBJECTS = ("mien", "mien-default", "human", "face-api")
WARM_UP = 25
ROUNDS = 9
FRAMES = 20
"""A round: each subject in turn reads so many frames, so that all meet the same other load."""


class Files(http.server.SimpleHTTPRequestHandler):
    """The built page, and this folder under ``/benchmark``; no header that isolates the page."""

    def translate_path(self, path: str) -> str:
        path = path.split("?")[0].lstrip("/")
        if path.startswith("benchmark/"):
            return str(HERE / path.removeprefix("benchmark/"))
        return str(DIST / path) if path else str(DIST / "index.html")

    def log_message(self, *arguments: Any) -> None:
        pass


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, *arguments: Any) -> None:
        """A browser that is closed breaks off what it was fetching."""


@contextmanager
def open_browser(chromium: str, *arguments: str) -> Iterator[tuple[Any, str]]:
    """A browser, and the address of a server for it."""
    server = Server(("127.0.0.1", 0), Files)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", *arguments]
        )
        yield browser, f"http://127.0.0.1:{server.server_port}/"
        browser.close()
    server.shutdown()


def processor_seconds() -> float:
    """What all processes below this one have used, Chromium's among them (Linux)."""
    below, used = {os.getpid()}, 0.0
    found = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        found[int(entry.parent.name)] = int(fields[1]), int(fields[11]) + int(fields[12])
    for _ in range(6):  # Processes are a few deep.
        below |= {pid for pid, (parent, _) in found.items() if parent in below}
    used = sum(ticks for pid, (_, ticks) in found.items() if pid in below and pid != os.getpid())
    return used / os.sysconf("SC_CLK_TCK")


def measure(chromium: str, subjects: list[str]) -> list[dict[str, Any]]:
    """By subject: title, milliseconds of the first answer, and of its rounds a frame."""
    with open_browser(chromium) as (browser, address):
        page = browser.new_page()
        page.goto(f"{address}benchmark/index.html")
        page.wait_for_function("() => Boolean(window.openSubject)")
        rows = []
        for name in subjects:
            opened = page.evaluate("name => openSubject(name)", name)
            rows.append({**opened, "name": name, "wall": [], "processor": [], "words": Counter()})
        for row in rows:
            page.evaluate("([name, count]) => readFrames(name, 0, count)", [row["name"], WARM_UP])
        for number in range(ROUNDS):
            for row in rows:
                before = processor_seconds()
                found = page.evaluate(
                    "([name, first, count]) => readFrames(name, first, count)",
                    [row["name"], number * FRAMES, FRAMES],
                )
                row["processor"].append(1000 * (processor_seconds() - before) / FRAMES)
                row["wall"].append(found["milliseconds"] / FRAMES)
                row["words"].update(found["words"])
    return rows


def first_answer(chromium: str) -> float:
    """Seconds from opening the built page to the first word about a face of the fake camera."""
    with tempfile.TemporaryDirectory() as folder:
        film = write_mjpeg(Path(folder, "camera.mjpeg"), crossing(6))
        arguments = (
            "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-video-capture={film}",
        )
        with open_browser(chromium, *arguments) as (browser, address):
            page = browser.new_page()
            start = time.perf_counter()
            page.goto(address)
            page.click("#start")
            page.wait_for_selector("#answer-word:not(:empty)", timeout=0)
            return time.perf_counter() - start


def table(rows: list[dict[str, Any]]) -> str:
    lines = [
        "| reader | frames a second | Mien's over it | processor ms a frame | over Mien's "
        "| frames with the face | words |",
        "| --- | ---: | ---: | ---: | ---: | ---: | --- |",
    ]
    wall, processor = (statistics.median(rows[0][key]) for key in ("wall", "processor"))
    for row in rows:
        own, own_processor = (statistics.median(row[key]) for key in ("wall", "processor"))
        words = ", ".join(f"{word} {n}" for word, n in sorted(row["words"].items()))
        lines.append(
            f"| {row['title']} | {1000 / own:.1f} | {own / wall:.2f} | {own_processor:.0f} "
            f"| {own_processor / processor:.2f} "
            f"| {sum(row['words'].values())} of {ROUNDS * FRAMES} | {words} |"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chromium", default=os.environ.get("CHROMIUM", "/usr/bin/chromium"))
    parser.add_argument("--subjects", nargs="+", default=SUBJECTS, choices=SUBJECTS)
    arguments = parser.parse_args()
    print(f"load of the machine before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors\n")
    print(table(measure(arguments.chromium, list(arguments.subjects))))
    seconds = min(first_answer(arguments.chromium) for _ in range(3))
    print(f"\nFrom opening the page to the first word, best of three: {seconds:.1f} s")


if __name__ == "__main__":
    main()
