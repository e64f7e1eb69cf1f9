"""Frames a second of readers in the browser, on the same frames in the same run, as a table.

    npm ci --prefix benchmarks/browser && python benchmarks/browser/run.py

Needs the built page (``npm ci && npm run build`` in ``web``), Chromium and playwright.
"""

from __future__ import annotations

import argparse
import http.server
import os
import statistics
import threading
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

HERE = Path(__file__).resolve().parent
DIST = HERE.parents[1] / "web" / "dist"


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


def table(rows: list[dict[str, Any]]) -> str:
    lines = [
        "| reader | ms a frame, mean | frames a second | Mien is faster by | frames with the face "
        "| first answer, s | words |",
        "| --- | ---: | ---: | ---: | ---: | ---: | --- |",
    ]
    base = statistics.mean(rows[0]["times"])
    for row in rows:
        mean = statistics.mean(row["times"])
        words = ", ".join(f"{word} {n}" for word, n in sorted(row["words"].items()))
        lines.append(
            f"| {row['name']} | {mean:.1f} | {1000 / mean:.1f} | {mean / base:.2f} "
            f"| {row['faces']} of {len(row['times'])} | {row['first'] / 1000:.1f} | {words} |"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chromium", default=os.environ.get("CHROMIUM", "/usr/bin/chromium"))
    parser.add_argument("--subjects", help="mien,mien-default,human,face-api; all when not given")
    arguments = parser.parse_args()
    print(table(measure(arguments.chromium, arguments.subjects)))


if __name__ == "__main__":
    main()
