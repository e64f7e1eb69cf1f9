"""How fast live pictures are read: a made video of two people through the real WebSocket.

    python benchmarks/live.py [--seconds 30] [--out benchmarks/results/live.md]

starts the server of ``mien live`` in a process of its own, sends it a 640×480 video of two people
who cross, as JPEGs of the page's quality, in two ways, and prints Markdown tables: pictures
answered a second, time from the picture to its answer, pictures dropped; then the processor time of
each stage, measured on the same pictures in this process.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime
import json
import os
import platform
import shlex
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from inference import commit, machine, others_share, processor_seconds
from numpy.typing import NDArray
from websockets.asyncio.client import ClientConnection, connect

import mien.vision.pixel_analyzer
from mien.server.reading.engine import LIVE_SIZE, decode
from mien.server.settings import Settings
from mien.vision.stream import StreamAnalyzer

REPOSITORY = Path(__file__).resolve().parents[1]
# The film of the browser tests.
sys.path.insert(0, str(REPOSITORY / "tests" / "apps" / "live_page"))
from made_video import FPS, crossing  # noqa: E402

QUALITY = 70
MOST_UNDER_WAY = 2
CROSSING_SECONDS = 8.0
WARM_UP = 10
LEAST_PER_SECOND, MOST_P50_MS, MOST_P95_MS = 15.0, 120.0, 250.0
SERVER = """
from mien.server.server import serve
from mien.server.settings import Settings, default_threads
settings = Settings(port=0, threads=default_threads())
serve(settings, on_ready=lambda address: print(address, flush=True), log=False)
"""

Film = list[NDArray[np.uint8]]


@dataclass
class Run:
    """What was measured of one way of sending."""

    name: str
    seconds: float = 0.0
    sent: int = 0
    dropped: int = 0
    latency_ms: list[float] = field(default_factory=list)
    """From before the picture was encoded until its answer was read, for each answer."""

    people: set[int] = field(default_factory=set)
    faces: list[int] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        return len(self.latency_ms) / self.seconds

    def latency(self, share: float) -> float:
        return float(np.percentile(self.latency_ms, 100 * share))


@dataclass(frozen=True)
class Stage:
    """Processor time of one stage in ms, for each picture."""

    name: str
    where: str
    ms: list[float]

    @property
    def mean(self) -> float:
        return float(np.mean(self.ms))


def main() -> None:
    arguments = parse_arguments()
    film = crossing(CROSSING_SECONDS)
    process = subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        address = process.stdout.readline().strip().replace("http", "ws", 1) + "/v1/live"
        before, began = processor_seconds(), time.monotonic()
        child_before = process_seconds(process.pid)
        runs = [
            asyncio.run(send(address, film, arguments.seconds, limit))
            for limit in (MOST_UNDER_WAY, None)
        ]
        others = others_share(before, began)
        child = process_seconds(process.pid)
        if others is not None and child is not None and child_before is not None:
            others -= (child - child_before) / (time.monotonic() - began)
    finally:
        process.terminate()
        process.wait(30)
    stages = measure_stages(film)
    text = report(runs, stages, others, arguments)
    print(text, end="")
    if arguments.out is not None:
        arguments.out.write_text(text, "utf-8")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=30.0, help="length of each way of sending")
    parser.add_argument("--out", type=Path, help="write the tables to this file too")
    parser.add_argument("--note", help="a sentence on the circumstances, for the report")
    return parser.parse_args()


def process_seconds(pid: int) -> float | None:
    """Processor time that a running process has used, on Linux."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def send(address: str, film: Film, seconds: float, limit: int | None) -> Run:
    """Send the film at 30 pictures a second; with ``limit``, never more than so many under way."""
    run = Run("as the page sends: two under way at most" if limit else "every picture, 30 a second")
    async with connect(address, max_size=None, compression=None) as socket:
        for frame in film[:WARM_UP]:
            await socket.send(struct.pack("<d", 0.0) + encode(frame))
            await socket.recv()
        began = time.perf_counter()
        under_way: list[float] = []
        answers = asyncio.create_task(receive(socket, run, under_way))
        number = 0
        while (now := time.perf_counter()) - began < seconds:
            if limit is None or len(under_way) < limit:
                taken = now * 1e3
                under_way.append(taken)
                frame = film[int((now - began) * FPS) % len(film)]
                await socket.send(struct.pack("<d", taken) + encode(frame))
                run.sent += 1
            number = int((time.perf_counter() - began) * FPS) + 1
            await asyncio.sleep(max(0.0, began + number / FPS - time.perf_counter()))
        run.seconds = time.perf_counter() - began
        await asyncio.sleep(0.5)
        answers.cancel()
    return run


async def receive(socket: ClientConnection, run: Run, under_way: list[float]) -> None:
    async for text in socket:
        answer = json.loads(text)
        if answer["type"] != "frame":
            raise SystemExit(f"the server answered: {answer}")
        run.latency_ms.append(time.perf_counter() * 1e3 - answer["sent"])
        run.dropped += answer["dropped"]
        under_way[:] = [sent for sent in under_way if sent > answer["sent"]]
        faces = answer["frame"]["faces"]
        run.faces.append(len(faces))
        run.people.update(face["track"]["id"] for face in faces)


def encode(frame: NDArray[np.uint8]) -> bytes:
    """A JPEG as the page makes it."""
    colours = cv2.cvtColor(frame, cv2.COLOR_RGB2BGR)
    _, jpeg = cv2.imencode(".jpg", colours, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    return jpeg.tobytes()


def measure_stages(film: Film) -> list[Stage]:
    """Processor time of the stages, on every second picture, by the code that the server runs."""
    spent: dict[str, float] = {}

    @contextmanager
    def timed(name: str) -> Iterator[None]:
        before = time.thread_time()
        yield
        spent[name] = spent.get(name, 0.0) + 1e3 * (time.thread_time() - before)

    def timing(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def measured(*given: Any, **named: Any) -> Any:
            with timed(name):
                return call(*given, **named)

        return measured

    stream = StreamAnalyzer(size=LIVE_SIZE)
    analyzer = stream.analyzer
    analyzer.detector.detect = timing("detect", analyzer.detector.detect)  # type: ignore[method-assign]
    analyzer.classifier.classify = timing("classify", analyzer.classifier.classify)  # type: ignore[method-assign]
    crop_faces = mien.vision.pixel_analyzer.crop_faces
    mien.vision.pixel_analyzer.crop_faces = timing("crop", crop_faces)
    rows: list[dict[str, float]] = []
    try:
        for index in range(0, len(film), 2):
            spent.clear()
            with timed("picture"):
                jpeg = encode(film[index])
            with timed("decode"):
                image = decode(jpeg, Settings().max_pixels)
            with timed("analyze"):
                frame = stream.analyze(image, index / FPS)
            with timed("encode"):
                json.dumps(frame.to_dict())
            rows.append(dict(spent))
    finally:
        mien.vision.pixel_analyzer.crop_faces = crop_faces
    rows = rows[WARM_UP:]

    def column(name: str) -> list[float]:
        return [row.get(name, 0.0) for row in rows]

    parts = ("detect", "crop", "classify")
    rest = [row["analyze"] - sum(row.get(part, 0.0) for part in parts) for row in rows]
    return [
        Stage("decode the JPEG", "server", column("decode")),
        Stage(
            f"detect, {LIVE_SIZE} px, every {stream.detect_every} pictures",
            "server",
            column("detect"),
        ),
        Stage("track and smooth", "server", rest),
        Stage("crop", "server", column("crop")),
        Stage("classify, both faces", "server", column("classify")),
        Stage("encode the answer", "server", column("encode")),
        Stage("encode the JPEG", "client", column("picture")),
    ]


def report(
    runs: list[Run], stages: list[Stage], others: float | None, arguments: argparse.Namespace
) -> str:
    command = ["python", "benchmarks/live.py", "--seconds", f"{arguments.seconds:g}"]
    if arguments.out is not None:
        command += ["--out", str(arguments.out)]
    facts = {
        "date": f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d %H:%M} UTC",
        "commit": commit(),
        "machine": machine(),
        "load": "unknown"
        if others is None
        else f"other programs kept {max(0.0, others):.1f} of the cores busy meanwhile",
        "versions": f"Python {platform.python_version()}, numpy {np.__version__}, "
        f"opencv {cv2.__version__}",
        "command": f"`{shlex.join(command)}`",
    }
    if arguments.note:
        facts["note"] = arguments.note
    page = runs[0]
    goals = [
        ("answered pictures a second, at least", LEAST_PER_SECOND, page.per_second),
        ("time to the answer, p50, ms, under", MOST_P50_MS, page.latency(0.5)),
        ("time to the answer, p95, ms, under", MOST_P95_MS, page.latency(0.95)),
    ]
    reached = [page.per_second >= LEAST_PER_SECOND]
    reached += [value < most for _, most, value in goals[1:]]
    server = [stage for stage in stages if stage.where == "server"]
    total = sum(stage.mean for stage in server)
    lines = [
        "# Live pictures: speed",
        "",
        *(f"- {key}: {value}" for key, value in facts.items()),
        "",
        "A made video, 640×480, two people who cross, through `WS /v1/live` of a server of its",
        "own. The time to the answer begins before the client encodes the JPEG, and ends when it",
        "has read the answer. The client runs on the same cores.",
        "",
        "## What was to be reached, sent as the page does",
        "",
        "| reach | goal | measured | reached |",
        "| --- | ---: | ---: | ---: |",
        *(
            f"| {name} | {goal:g} | {value:.1f} | {'yes' if good else 'no'} |"
            for (name, goal, value), good in zip(goals, reached, strict=True)
        ),
        "",
        "## Through the WebSocket",
        "",
        "| sent | sent/s | answered/s | dropped | p50 ms | p95 ms | max ms | "
        "pictures with both faces | track ids |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
        *(
            f"| {run.name} | {run.sent / run.seconds:.1f} | {run.per_second:.1f} | {run.dropped} | "
            f"{run.latency(0.5):.0f} | {run.latency(0.95):.0f} | {run.latency(1):.0f} | "
            f"{100 * np.mean(np.array(run.faces) == 2):.0f} % | {len(run.people)} |"
            for run in runs
        ),
        "",
        "*Dropped* pictures waited when a newer one came. Two people with their numbers kept are "
        "two track ids.",
        "",
        "## Processor time by stage, one thread",
        "",
        "| stage | ms a picture, mean | p95 | share of the server's |",
        "| --- | ---: | ---: | ---: |",
        *(
            f"| {stage.name} | {stage.mean:.2f} | {np.percentile(stage.ms, 95):.2f} | "
            f"{f'{100 * stage.mean / total:.0f} %' if stage.where == 'server' else '(client)'} |"
            for stage in stages
        ),
        f"| all of the server's | {total:.2f} |  | 100 % |",
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
