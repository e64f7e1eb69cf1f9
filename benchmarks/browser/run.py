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
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

HERE = Path(__file__).resolve().parent
DIST = HERE.parents[1] / "web" / "dist"

sys.path.insert(0, str(HERE.parents[1] / "tests"))

from apps.live_page.made_video import crossing, write_mjpeg  # noqa: E402  (importable from here on)


class Files(http.server.SimpleHTTPRequestHandler):
    """The built page, and this folder under ``/benchmark``; no header that isolates the page."""

    def translate_path(self, path: str) -> str:
        path = path.split("?")[0].lstrip("/")
        if path.startswith("benchmark/"):
            return str(HERE / path.removeprefix("benchmark/"))
        return str(DIST / path)

    def log_message(self, *arguments: Any) -> None:
        pass


def measure(chromium: str, subjects: str | None) -> list[dict[str, Any]]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Files)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    query = f"?subjects={subjects}" if subjects else ""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{server.server_port}/benchmark/index.html{query}")
        page.wait_for_function("window.results", timeout=0)
        results = page.evaluate("window.results")
        browser.close()
    server.shutdown()
    if "error" in results:
        raise SystemExit(results["error"])
    return results


def first_answer(chromium: str) -> float:
    """Seconds from opening the built page to the first word about a face of the fake camera."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Files)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        film = write_mjpeg(Path(folder, "camera.mjpeg"), crossing(6))
        arguments = [
            "--no-sandbox",
            "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-video-capture={film}",
        ]
        browser = driver.chromium.launch(executable_path=chromium, args=arguments)
        page = browser.new_page()
        start = time.perf_counter()
        page.goto(f"http://127.0.0.1:{server.server_port}/")
        page.click("#start")
        page.wait_for_selector("#answer-word:not(:empty)", timeout=0)
        seconds = time.perf_counter() - start
        browser.close()
    server.shutdown()
    return seconds


def table(rows: list[dict[str, Any]]) -> str:
    lines = [
        "| reader | ms a frame | frames a second | Mien is faster by | frames with the face "
        "| first answer, s | words |",
        "| --- | ---: | ---: | ---: | ---: | ---: | --- |",
    ]
    base = statistics.median(rows[0]["rounds"])
    for row in rows:
        median = statistics.median(row["rounds"])
        words = ", ".join(f"{word} {n}" for word, n in sorted(row["words"].items()))
        lines.append(
            f"| {row['name']} | {median:.1f} | {1000 / median:.1f} | {median / base:.2f} "
            f"| {row['faces']} of {row['frames']} | {row['first'] / 1000:.1f} | {words} |"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chromium", default=os.environ.get("CHROMIUM", "/usr/bin/chromium"))
    parser.add_argument("--subjects", help="mien,mien-default,human,face-api; all when not given")
    arguments = parser.parse_args()
    print(table(measure(arguments.chromium, arguments.subjects)))
    seconds = min(first_answer(arguments.chromium) for _ in range(3))
    print(f"\nFrom opening the page to the first word, best of three: {seconds:.1f} s")


if __name__ == "__main__":
    main()
