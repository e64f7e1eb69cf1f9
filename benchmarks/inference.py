"""How fast Mien is, how much memory it takes, and how its peers do on the same inputs.

    python benchmarks/inference.py [--peers VENV]... [--install] [--out FILE]

prints Markdown tables. Every subject runs in a process of its own with its threads fixed before it
starts; all are warmed up, then asked in turn, round by round, so that what disturbs the machine
disturbs them alike. On a machine shared with others compare the ratios, not the milliseconds.
Linux or macOS.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import json
import os
import platform
import re
import shlex
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from inference_install import install
from inference_processes import INPUTS, WORKER, SubjectError, Worker, run
from inference_report import BASE_IMPORT, Measured, Row, Timing, report
from inference_subjects import Package, find_mien, find_peers

REPOSITORY = Path(__file__).resolve().parents[1]
MIEN_IMPORTS = ("import mien", "from mien import Analyzer, read_image")
PHOTO_FILES = {"one": "one.png", "five": "five.jpg", "large": "large.jpg"}


def main() -> None:
    arguments = parse_arguments()
    mien = find_mien()
    packages = [mien, *(peer for venv in arguments.peers for peer in find_peers(venv))]
    started = time.monotonic()
    measured = Measured(packages)
    with tempfile.TemporaryDirectory(prefix="mien-inference-") as name:
        folder = Path(name).resolve()
        inputs = subprocess.run(
            [sys.executable, str(INPUTS), str(folder)], check=True, capture_output=True, text=True
        )
        before = processor_seconds()
        measure_rounds(measured, folder, arguments)
        measure_imports(measured, arguments)
        measure_cold(measured, folder, arguments)
        others = others_share(before, started)
        paths = [*arguments.peers, folder, REPOSITORY]
    if arguments.install:
        say("installing into a fresh environment")
        measured.install = install(REPOSITORY)
    heading = introduction(json.loads(inputs.stdout), arguments, others)
    text = without_paths(heading + report(measured), paths)
    print(text, end="")
    if arguments.out is not None:
        beside = arguments.out.with_name(f".{arguments.out.name}.part")
        beside.write_text(text, encoding="utf-8")
        beside.replace(arguments.out)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--peers",
        type=Path,
        action="append",
        default=[],
        metavar="VENV",
        help="a virtual environment with peers of Mien (fer, deepface, hsemotion-onnx, rmn); "
        "may be given several times",
    )
    parser.add_argument("--rounds", type=int, default=25, help="times that each subject is asked")
    parser.add_argument("--out", type=Path, help="write the tables to this file too")
    parser.add_argument("--note", help="a sentence on the circumstances, for the report")
    parser.add_argument(
        "--install", action="store_true", help="also install Mien into a fresh environment"
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="few repetitions, default detectors and one photo: to try it out",
    )
    arguments = parser.parse_args()
    if arguments.rounds < 1:
        parser.error("--rounds must be at least 1")
    arguments.seconds, arguments.repeats, arguments.imports = 0.06, 3, 11
    arguments.photos = PHOTO_FILES
    if arguments.quick:
        arguments.rounds, arguments.repeats, arguments.imports = min(arguments.rounds, 2), 1, 1
        arguments.photos = {"one": PHOTO_FILES["one"]}
    return arguments


def measure_rounds(measured: Measured, folder: Path, arguments: argparse.Namespace) -> None:
    """Time the classifiers and the readings of photos."""
    running: list[tuple[Row, Worker, list[str]]] = []
    with contextlib.ExitStack() as stack:
        for package in measured.packages:
            for variant in package.variants[: 1 if arguments.quick else None]:
                for threads in (1, 2):
                    say(f"opening {variant}, threads: {threads}")
                    row = Row(package, variant, threads)
                    measured.rows.append(row)
                    if fails_already(measured, package):
                        row.failure = fails_already(measured, package)
                        continue
                    worker = Worker(
                        package.python, package.peer, variant, threads, folder, own=package.own
                    )
                    stack.callback(worker.close)
                    try:
                        answer = worker.opened()
                    except SubjectError as error:
                        row.failure = str(error)
                        continue
                    row.found = answer["found"]
                    running.append((row, worker, answer["tasks"]))
        for number in range(arguments.rounds):
            say(f"round {number + 1} of {arguments.rounds}")
            for row, worker, tasks in running:
                if row.failure is not None:
                    continue
                try:
                    for task in tasks:
                        times = worker.ask(task, arguments.seconds)
                        timing = row.timings.setdefault(task, Timing())
                        timing.wall.append(times["wall"])
                        timing.processor.append(times["processor"])
                except SubjectError as error:
                    row.failure = str(error)


def fails_already(measured: Measured, package: Package) -> str | None:
    """Why the package failed in a row before: it would fail again, some after a long wait."""
    return next((row.failure for row in measured.rows if row.package is package), None)


def measure_imports(measured: Measured, arguments: argparse.Namespace) -> None:
    """Time processes that only import, one of each by turns."""
    mien = measured.packages[0]
    statements = [
        (mien, statement, arguments.imports) for statement in (BASE_IMPORT, *MIEN_IMPORTS)
    ]
    statements += [
        (package, package.import_statement, min(arguments.imports, 3))
        for package in measured.packages[1:]
        if fails_already(measured, package) is None
    ]
    # Number -1 warms the file cache.
    for number in range(0 if arguments.quick else -1, arguments.imports):
        say(f"imports, {number + 1} of {arguments.imports}")
        for package, statement, wanted in statements:
            if number >= wanted or statement in measured.failures:
                continue
            try:
                usage = run([package.python, "-c", statement], own=package.own)
            except SubjectError as error:
                measured.failures[statement] = str(error)
                continue
            if number >= 0:
                measured.imports.setdefault(statement, []).append(usage.seconds)


def measure_cold(measured: Measured, folder: Path, arguments: argparse.Namespace) -> None:
    """Peak memory and time of processes that read one photo."""
    for package in measured.packages:
        if fails_already(measured, package) is not None:
            continue
        for variant in dict.fromkeys(
            row.variant for row in measured.rows if row.package is package
        ):
            subject = variant if not package.own else f"mien analyze{variant[4:].lower()}"
            if not any(
                "photo_one" in row.timings for row in measured.rows if row.variant == variant
            ):
                continue  # has no detector
            for photo, file in arguments.photos.items():
                say(f"cold start: {subject}, {file}")
                command = cold_command(package, variant, folder / file)
                for _ in range(arguments.repeats):
                    try:
                        usage = run(command, own=package.own)
                    except SubjectError as error:
                        measured.failures[subject] = str(error)
                        break
                    measured.photos.setdefault((subject, photo), []).append(usage)


def cold_command(package: Package, variant: str, photo: Path) -> list[str]:
    """The command line of Mien itself; for a peer, a program that reads the photo with it."""
    if not package.own:
        return [package.python, str(WORKER), "once", package.peer, variant, str(photo)]
    script = Path(package.python).with_name("mien")
    call = [str(script)]
    if not script.is_file():
        call = [package.python, "-c", "from mien.cli.main import main; main()"]
    options = {
        "mien (Haar)": ["--detector", "haar"],
        "mien (fast)": ["--model", "fast"],
        "mien (small)": ["--model", "small"],
    }
    return [*call, "analyze", str(photo), *options.get(variant, [])]


def introduction(ran: dict[str, str], arguments: argparse.Namespace, others: float | None) -> str:
    """Date, commit, machine, command and what the columns are."""
    command = ["python", "benchmarks/inference.py"]
    command += [
        word for index in range(len(arguments.peers)) for word in ("--peers", f"VENV{index + 1}")
    ]
    command += ["--install"] if arguments.install else []
    command += ["--quick"] if arguments.quick else ["--rounds", str(arguments.rounds)]
    command += ["--note", arguments.note] if arguments.note else []
    command += ["--out", "benchmarks/results/inference.md"] if arguments.out else []
    loaded = []
    if others is not None:
        loaded.append(f"other programs kept {others:.1f} of the cores busy meanwhile")
    if arguments.note:
        loaded.append(arguments.note)
    facts = {
        "date": f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d %H:%M} UTC",
        "commit": commit(),
        "machine": machine(),
        "load": "; ".join(loaded) or "unknown",
        "versions": ran["versions"],
        "expression model": ran["model"],
        "detector": ran["detector"],
        "command": f"`{shlex.join(command)}`",
    }
    lines = [
        "# Inference: speed, memory, start-up",
        "",
        *(f"- {key}: {value}" for key, value in facts.items()),
        "",
        "Times are medians with the quartiles in brackets, over the calls of all rounds.",
        "*× mien* is the median over the rounds of a subject's time divided by Mien's with the",
        "same threads in the same round: above 1 is slower than Mien. *Processor time* is what the",
        "process used over all its threads, in the unit of its table: less than the wall time",
        "means that it had to wait, more that it used more than one core. Photos are decoded",
        "before the clock starts, except from a cold start: that is one process that reads one",
        "photo and ends, of Mien `mien analyze`, of a peer a program that makes and calls it.",
        "MB are 10^6 bytes; peak memory is the resident memory of the process, with its libraries.",
        "",
        "",
    ]
    return "\n".join(lines)


def commit() -> str:
    """Short hash of the checkout, and whether what is measured differs from it."""

    def git(*words: str) -> str:
        return subprocess.run(
            ["git", "-C", str(REPOSITORY), *words], capture_output=True, text=True
        ).stdout.strip()

    try:
        head = git("rev-parse", "--short", "HEAD")
        changed = git("status", "--porcelain", "--", "src", "benchmarks/*.py", "benchmarks/peers")
    except FileNotFoundError:
        return "unknown"
    if not head:
        return "unknown"
    return f"{head}, with changes that are not committed" if changed else head


def machine() -> str:
    """Processor, cores, memory and system; nothing that names the machine."""
    processor = platform.processor() or platform.machine()
    with contextlib.suppress(OSError):
        found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.M)
        processor = found[1] if found else processor
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return (
        f"{processor}, {os.cpu_count()} cores, {memory / 1e9:.0f} GB, "
        f"{platform.system()} {platform.machine()}"
    )


def processor_seconds() -> float | None:
    """Seconds that all processors were busy since the start, on Linux, less this program's own."""
    try:
        fields = Path("/proc/stat").read_text().splitlines()[0].split()[1:]
    except OSError:
        return None
    ticks = [int(each) for each in fields]
    busy = sum(ticks[:3]) + sum(ticks[5:8])  # all but idle and iowait; guests are counted in user
    mine = os.times()
    own = mine.user + mine.system + mine.children_user + mine.children_system
    return busy / os.sysconf("SC_CLK_TCK") - own


def others_share(before: float | None, started: float) -> float | None:
    """How many cores other programs kept busy on average since then."""
    after = processor_seconds()
    if before is None or after is None:
        return None
    return max(0.0, after - before) / (time.monotonic() - started)


def without_paths(text: str, paths: list[Path]) -> str:
    """Take the places of this machine out of error messages; bound to a line of a table."""
    for path in sorted({str(each.absolute()) for each in paths}, key=len, reverse=True):
        text = text.replace(path, "…")
    text = text.replace(str(Path.home()) + "/", "~/").replace(tempfile.gettempdir() + "/", "…/")
    return text


def say(message: str) -> None:
    """Progress, on standard error."""
    print(message, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
