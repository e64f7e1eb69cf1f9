"""Many requests at once against a server of its own: none may be lost, memory must stay flat.

    python benchmarks/server.py [--requests 1000] [--at-once 32] [--out FILE]

starts ``mien.server.server.serve`` in a process, warms it up, sends mixed requests (photos,
explained photos, forms, broken and too large ones), and prints a Markdown table: each request must
get the status that is meant for it. Linux (it reads /proc).
"""

from __future__ import annotations

import argparse
import asyncio
import datetime
import io
import os
import platform
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import httpx
import numpy as np
from PIL import Image

from mien.packaged import ASTRONAUT, packaged_path
from mien.version import __version__

REPOSITORY = Path(__file__).resolve().parents[1]
MAX_BYTES = 2_000_000
SERVER = f"""
import sys
from mien.server.server import serve
from mien.server.settings import Settings, default_threads
settings = Settings(
    port=0, max_bytes={MAX_BYTES}, max_requests=int(sys.argv[1]), max_fps=1e6,
    threads=default_threads(),
)
serve(settings, on_ready=lambda address: print(address, flush=True), log=False)
"""


@dataclass(frozen=True)
class Kind:
    """One sort of request, and the status that it must get."""

    name: str
    expected: int
    share: int
    content: bytes = b""
    form: bool = False
    path: str = "/v1/analyze"


@dataclass(frozen=True)
class Answer:
    """What became of one request; a lost one has the error's name for a status."""

    kind: Kind
    status: int | str
    ms: float


@dataclass(frozen=True)
class Measured:
    answers: list[Answer]
    seconds: float
    memory_mb: list[float]
    """Before, and after each tenth of the requests."""


def main() -> None:
    arguments = parse_arguments()
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER, str(arguments.at_once)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        measured = asyncio.run(measure(address, process.pid, arguments))
    finally:
        process.terminate()
        status = process.wait(30)
    text = report(measured, arguments, status)
    print(text, end="")
    if arguments.out is not None:
        arguments.out.write_text(text, "utf-8")
    if any(each.status != each.kind.expected for each in measured.answers):
        sys.exit("some requests did not get the answer that is meant for them")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=1000)
    parser.add_argument("--at-once", type=int, default=32)
    parser.add_argument("--out", type=Path)
    return parser.parse_args()


def kinds() -> list[Kind]:
    """The requests, on inputs made from the demo's photo."""
    with Image.open(packaged_path(ASTRONAUT)) as picture:
        portrait = picture.convert("RGB")
    group = Image.new("RGB", (1600, 1200), "grey")
    for number in range(5):
        group.paste(portrait.resize((400, 400)), (200 + 250 * number, 100 + 150 * (number % 3)))
    noise = np.random.default_rng(0).integers(0, 255, (900, 900, 3), np.uint8)
    small, large, heavy = encoded(portrait), encoded(group), encoded(Image.fromarray(noise), "PNG")
    bomb = encoded(Image.new("1", (10_000, 10_000)), "PNG")
    return [
        Kind("photo, 512×512, as body", 200, 8, small),
        Kind("photo, 512×512, as form", 200, 4, small, form=True),
        Kind("photo, 1600×1200", 200, 2, large),
        Kind("photo, explained", 200, 2, small, path="/v1/analyze?explain=true"),
        Kind("too many bytes", 413, 1, heavy),
        Kind("too many bytes, as form", 413, 1, heavy, form=True),
        Kind("too many pixels", 413, 1, bomb),
        Kind("cut off", 422, 2, small[: len(small) // 2]),
        Kind("no picture", 422, 1, b"no picture"),
        Kind("no such path", 404, 1, small, path="/v1/nothing"),
    ]


def encoded(picture: Image.Image, kind: str = "JPEG") -> bytes:
    stream = io.BytesIO()
    picture.save(stream, kind)
    return stream.getvalue()


async def measure(address: str, server: int, arguments: argparse.Namespace) -> Measured:
    order = [kind for kind in kinds() for _ in range(kind.share)]
    asked = [order[number % len(order)] for number in range(arguments.requests)]
    limits = httpx.Limits(max_connections=arguments.at_once)
    async with httpx.AsyncClient(base_url=address, timeout=120, limits=limits) as client:
        # The first pictures at once fill caches, make the threads and their share of memory.
        await asyncio.gather(
            *(ask(client, order[n % len(order)]) for n in range(arguments.at_once))
        )
        turns = asyncio.Semaphore(arguments.at_once)
        answers: list[Answer] = []
        memory = [resident_mb(server)]

        async def one(kind: Kind) -> None:
            async with turns:
                answers.append(await ask(client, kind))
            if len(answers) % max(1, arguments.requests // 10) == 0:
                memory.append(resident_mb(server))

        started = time.perf_counter()
        await asyncio.gather(*(one(kind) for kind in asked))
        return Measured(answers, time.perf_counter() - started, memory)


async def ask(client: httpx.AsyncClient, kind: Kind) -> Answer:
    started = time.perf_counter()
    try:
        if kind.form:
            answer = await client.post(kind.path, files={"image": ("a", kind.content)})
        else:
            answer = await client.post(kind.path, content=kind.content)
        status: int | str = answer.status_code
        if status == 200 and len(answer.json()["faces"]) == 0:
            status = "no face"
    except httpx.HTTPError as error:
        status = type(error).__name__
    return Answer(kind, status, (time.perf_counter() - started) * 1e3)


def resident_mb(process: int) -> float:
    status = Path(f"/proc/{process}/status").read_text()
    found = re.search(r"^VmRSS:\s+(\d+) kB", status, re.M)
    assert found is not None
    return int(found[1]) * 1024 / 1e6


def report(measured: Measured, arguments: argparse.Namespace, status: int) -> str:
    command = f"python benchmarks/server.py --requests {arguments.requests}"
    command += f" --at-once {arguments.at_once}"
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=REPOSITORY, capture_output=True, text=True
    ).stdout.strip()
    lost = sum(each.status != each.kind.expected for each in measured.answers)
    memory = measured.memory_mb
    lines = [
        "# Server: many requests at once",
        "",
        f"- date: {datetime.datetime.now(datetime.UTC):%Y-%m-%d %H:%M} UTC",
        f"- commit: {commit}",
        f"- machine: {os.cpu_count()} cores, {platform.system()} {platform.machine()}; client and "
        "server on the same cores",
        f"- load: {os.getloadavg()[0]:.1f} processes on average in the last minute, client and "
        "server among them",
        f"- versions: Mien {__version__}, Python {platform.python_version()}",
        f"- command: `{command}`",
        "",
        f"**{len(measured.answers)} requests, {arguments.at_once} at once: {lost} lost or answered "
        f"wrongly, {len(measured.answers) / measured.seconds:.1f} requests/s.** "
        f"The server ended with status {status}.",
        "",
        f"Resident memory: {memory[0]:.0f} MB before (warm), {memory[-1]:.0f} MB after, at most "
        f"{max(memory):.0f} MB at the ends of the tenths: "
        f"{', '.join(f'{value:.0f}' for value in memory)}.",
        "",
        "| request | number | status | as meant | ms, median | ms, 95 % |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for kind in kinds():
        of_kind = [each for each in measured.answers if each.kind.name == kind.name]
        if of_kind:
            median, most = np.percentile([each.ms for each in of_kind], [50, 95])
            right = sum(each.status == kind.expected for each in of_kind)
            lines.append(
                f"| {kind.name} | {len(of_kind)} | {kind.expected} | {right} | {median:.0f} | "
                f"{most:.0f} |"
            )
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    main()
