"""One measured subject in a process of its own; ``inference.py`` starts it.

    python inference_worker.py serve PEER VARIANT THREADS FOLDER
    python inference_worker.py once PEER VARIANT PHOTO

``serve`` answers each line of standard input, a JSON object naming a task, by a line with the times
of its calls. ``once`` reads one photo and ends. Runs in the environments of the peers too, so it
needs no more than numpy and what a peer brings.
"""

from __future__ import annotations

import contextlib
import importlib
import itertools
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, TextIO

BATCHES = {"face_1": 1, "face_32": 32}
PHOTOS = {"photo_one": "one.npy", "photo_five": "five.npy"}


def main() -> None:
    # What a library prints must not mix with the answers.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    mode, peer, variant, *rest = sys.argv[1:]
    try:
        if mode == "once":
            read_once(peer, variant, rest[0])
        else:
            serve(peer, variant, int(rest[0]), Path(rest[1]), answers)
    except Exception as error:
        answer(answers, {"error": first_line(error)})
        sys.exit(1)


def read_once(peer: str, variant: str, photo: str) -> None:
    subject = importlib.import_module(f"peers.{peer}").Subject(variant, 1)
    import cv2

    image = cv2.imread(photo)
    if image is None:
        raise OSError(f"OpenCV cannot read {photo}")
    subject.analyze(image[:, :, ::-1])


def serve(peer: str, variant: str, threads: int, folder: Path, answers: TextIO) -> None:
    subject = importlib.import_module(f"peers.{peer}").Subject(variant, threads)
    # Those that read photos with OpenCV have no other way to set its threads.
    with contextlib.suppress(ImportError):
        import cv2

        cv2.setNumThreads(threads)
    calls, found = prepare(subject, folder)
    for call, _ in calls.values():
        time_calls(call, least=2, seconds=0.1)
    answer(answers, {"tasks": list(calls), "found": found})
    for line in sys.stdin:
        wanted = json.loads(line)
        call, faces = calls[wanted["task"]]
        wall, processor = time_calls(call, least=1, seconds=wanted["seconds"])
        answer(
            answers,
            {
                "wall": [each * 1000 / faces for each in wall],
                "processor": [each * 1000 / faces for each in processor],
            },
        )


def prepare(
    subject: Any, folder: Path
) -> tuple[dict[str, tuple[Callable[[], object], int]], dict[str, int]]:
    """By task: a call and by how many its time is divided; and the faces found by photo."""
    import numpy as np

    faces = np.load(folder / "faces.npy")
    calls: dict[str, tuple[Callable[[], object], int]] = {}
    for task, size in BATCHES.items():
        batches = itertools.cycle([faces[at : at + size] for at in range(0, len(faces), size)])
        calls[task] = (partial(classify_next, subject, batches), size)
    found = {}
    if hasattr(subject, "analyze"):
        for task, file in PHOTOS.items():
            photo = np.load(folder / file)
            found[task] = subject.analyze(photo)
            calls[task] = (partial(subject.analyze, photo), 1)
    return calls, found


def classify_next(subject: Any, batches: Iterator[Any]) -> None:
    subject.classify(next(batches))


def time_calls(
    call: Callable[[], object], *, least: int, seconds: float
) -> tuple[list[float], list[float]]:
    """Wall and processor seconds of each of at least ``least`` calls, for ``seconds`` or longer."""
    wall: list[float] = []
    processor: list[float] = []
    end = time.perf_counter() + seconds
    while len(wall) < least or time.perf_counter() < end:
        processor_start, wall_start = time.process_time(), time.perf_counter()
        call()
        wall.append(time.perf_counter() - wall_start)
        processor.append(time.process_time() - processor_start)
    return wall, processor


def first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__


def answer(answers: TextIO, content: dict[str, Any]) -> None:
    print(json.dumps(content), file=answers, flush=True)


if __name__ == "__main__":
    main()
