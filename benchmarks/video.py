"""How fast a video is read, and how well faces are followed between detections.

    python benchmarks/video.py [--seconds 8] [--threads 2] [--out benchmarks/results/video.md]

makes a 640×480 video of two people who cross and prints Markdown tables: frames/s from file to
result by ``detect_every`` and detector size; the error of followed boxes with and without optical
flow on faces that move in five ways; and whether two who cross keep their numbers.
"""

from __future__ import annotations

import argparse
import datetime
import platform
import shlex
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from inference import commit, machine, others_share, processor_seconds
from numpy.typing import NDArray

from mien.media.image import read_image
from mien.media.video.open_video import open_video
from mien.packaged import ASTRONAUT, packaged_path
from mien.vision.detection.detector import Detection
from mien.vision.detection.detectors import create_detector
from mien.vision.stream import LOW_SHARE, StreamAnalyzer
from mien.vision.tracking.flow import follow, grey_for_flow
from mien.vision.tracking.tracker import Tracker

WIDTH, HEIGHT, FPS = 640, 480, 30
HEAD = 210
EVERY = (1, 2, 3, 5)
SIZES = (None, 480, 320)
SPEEDS = (80, 130, 200, 300)
WAYS = ("drifting", "straight", "swaying", "shaking", "zooming")

Picture = NDArray[np.uint8]
Seen = list[tuple[float, float, float, Picture, list[Detection]]]


def main() -> None:
    arguments = parse_arguments()
    before, started = processor_seconds(), time.monotonic()
    tables = [
        speed_table(arguments.seconds, arguments.threads),
        following_table(),
        crossing_table(),
    ]
    text = introduction(others_share(before, started)) + "\n\n".join(tables) + "\n"
    if arguments.out is None:
        print(text)
    else:
        arguments.out.write_text(text)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=8.0, help="length of the video")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", type=Path)
    return parser.parse_args()


def portrait() -> Picture:
    return read_image(packaged_path(ASTRONAUT))[20 : 20 + HEAD, 120 : 120 + HEAD]


def draw(*heads: tuple[Picture, float, float], background: Picture) -> Picture:
    """The heads at their left and top edges, cut out as ovals; the last one in front."""
    y, x = np.mgrid[:HEAD, :HEAD]
    oval = (((x - 104) / 62) ** 2 + ((y - 95) / 88) ** 2 < 1).astype(np.uint8)
    picture = background.copy()
    for head, left, top in heads:
        height, width = head.shape[:2]
        mask = cv2.resize(oval, (width, height), interpolation=cv2.INTER_NEAREST) == 1
        x0, y0 = round(left), round(top)
        first, last = max(0, -x0), min(width, picture.shape[1] - x0)
        place = picture[y0 : y0 + height, x0 + first : x0 + last]
        cut = slice(0, place.shape[0]), slice(first, last)
        place[mask[cut]] = head[cut][mask[cut]]
    return picture


def background() -> Picture:
    coarse = np.random.default_rng(0).integers(60, 160, (60, 80, 3), dtype=np.uint8)
    return cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC).astype(np.uint8)


def crossing(seconds: float) -> Iterator[Picture]:
    """Two people who pass one another and come back."""
    one, room = portrait(), background()
    other = np.ascontiguousarray(one[:, ::-1])
    for index in range(round(seconds * FPS)):
        way = 0.5 - 0.5 * np.cos(2 * np.pi * index / (seconds * FPS))
        yield draw((other, 430 - 430 * way, 230), (one, 430 * way, 20), background=room)


def write_video(path: Path, pictures: Iterator[Picture]) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=Fraction(FPS), options={"crf": "20"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for picture in pictures:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())


def speed_table(seconds: float, threads: int) -> str:
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "two.mp4"
        write_video(path, crossing(seconds))
        for size in SIZES:
            for every in EVERY:
                rows.append(one_speed(path, size, every, threads))
    head = ["detector size", "detect every", "frames/s", "processor ms a frame", "faces a frame"]
    return (
        f"## Frames a second\n\n640×480, two faces, {seconds:g} s at {FPS} frames/s, "
        f"{threads} threads: decode, detect, follow, classify, smooth; nothing written.\n\n"
        + table(head, rows)
    )


def one_speed(path: Path, size: int | None, every: int, threads: int) -> list[str]:
    analyzer = StreamAnalyzer(detect_every=every, threads=threads, size=size)
    frames = faces = 0
    with open_video(str(path), threads=threads) as video:
        began, used = time.perf_counter(), time.process_time()
        for picture in video:
            faces += len(analyzer.analyze(picture.image, picture.time).faces)
            frames += 1
    wall, processor = time.perf_counter() - began, time.process_time() - used
    return [
        str(size or "640 (default)"),
        str(every),
        f"{frames / wall:.1f}",
        f"{1000 * processor / frames:.1f}",
        f"{faces / frames:.2f}",
    ]


def place(way: str, t: float) -> tuple[float, float, float]:
    """Left, top and scale of a head that moves in one of ``WAYS``, at a time in seconds."""
    turn = 2 * np.pi * t
    return {
        "drifting": (200 + 40 * np.sin(1.5 * t), 150 + 15 * np.sin(2.1 * t), 1.0),
        "straight": (20 + 110 * t, 140.0, 1.0),
        "swaying": (215 + 150 * np.sin(0.7 * turn), 140 + 30 * np.sin(1.1 * turn), 1.0),
        "shaking": (215 + 40 * np.sin(2.5 * turn), 140.0, 1.0),
        "zooming": (200.0, 100.0, 1 + 0.35 * np.sin(0.6 * turn)),
    }[way]


def following_table() -> str:
    detector, head, room = create_detector(), portrait(), background()
    rows = []
    for way in WAYS:
        pictures = []
        for index in range(3 * FPS):
            left, top, scale = place(way, index / FPS)
            size = round(HEAD * scale), round(HEAD * scale)
            pictures.append(draw((cv2.resize(head, size), left, top), background=room))
        found = [detector.detect(picture) for picture in pictures]
        greys = [grey_for_flow(picture) for picture in pictures]
        for every in (3, 5):
            cells = [
                f"{followed_error(found, greys, every, flow=flow):.3f}" for flow in (False, True)
            ]
            rows.append([way, str(every), *cells])
    return (
        "## Boxes between detections\n\nMean distance of the followed box's centre from the one "
        "that the detector finds in that frame, in heights of the face.\n\n"
        + table(["face", "detect every", "Kalman filter alone", "with optical flow"], rows)
    )


def followed_error(
    found: list[list[Detection]], greys: list[Picture], every: int, *, flow: bool
) -> float:
    tracker, errors = Tracker(0.35), []
    for index, detections in enumerate(found):
        if index % every == 0:
            tracker.update(detections, index / FPS)
            continue
        moved = followed(tracker, greys[index - 1], greys[index]) if flow else None
        carried = tracker.carry(index / FPS, moved)
        if carried and detections:
            box, truth = carried[0].detection, detections[0]
            errors.append(float(np.hypot(*(centre(box) - centre(truth)))) / truth.height)
    return statistics.mean(errors)


def followed(tracker: Tracker, before: Picture, now: Picture) -> dict[int, Detection]:
    places = tracker.places
    moved = follow(before, now, list(places.values()), WIDTH)
    return {key: place for key, place in zip(places, moved, strict=True) if place is not None}


def centre(detection: Detection) -> NDArray[np.float64]:
    left, top, right, bottom = detection.xyxy
    return np.array([(left + right) / 2, (top + bottom) / 2])


def crossing_table() -> str:
    """Two who cross, one behind the other, at several speeds and frame rates."""
    sure = 0.35
    detector = create_detector(score_threshold=LOW_SHARE * sure)
    one, room = portrait(), background()[:400]
    other = (one[:, ::-1] * 0.7 + 20).astype(np.uint8)
    rows = []
    for speed in SPEEDS:
        kept = {every: [0, 0] for every in (1, 3, 5)}
        for fps in (10, 30):
            for down in (0, 25):
                seen: Seen = []
                for index in range(int(430 / speed * fps)):
                    t = index / fps
                    a, b = speed * t, 430 - speed * t
                    picture = draw((one, a, 100), (other, b, 100 + down), background=room)
                    found = detector.detect(picture)
                    seen.append((t, a, b, grey_for_flow(picture), found))
                for every, counts in kept.items():
                    if fps / every < 3:
                        continue
                    counts[0] += keep_their_numbers(seen, every, sure)
                    counts[1] += 1
        rows.append([str(speed), *(f"{right} of {of}" for right, of in kept.values())])
    return (
        "## Numbers kept while two people cross\n\nEach goes at this speed, in opposite "
        "directions, at 10 and 30 frames/s, level and 25 pixels apart in height; one is hidden "
        "for up to a second.\n\n"
        + table(["pixels/s", "detect every 1", "every 3", "every 5"], rows)
    )


def keep_their_numbers(seen: Seen, every: int, sure: float) -> bool:
    tracker, first, last = Tracker(sure), None, None
    for index, (t, a, b, grey, detections) in enumerate(seen):
        if index % every == 0:
            tracked = tracker.update(detections, t)
        else:
            tracked = tracker.carry(t, followed(tracker, seen[index - 1][3], grey))
        owners = {}
        for each in tracked:
            x = centre(each.detection)[0] - 104
            owners["a" if abs(x - a) < abs(x - b) else "b"] = each.id
        if len(owners) == 2:
            first, last = first or owners, owners
    return first is not None and first == last


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---:"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def introduction(others: float | None) -> str:
    load = "" if others is None else f"- load: other programs kept {others:.1f} cores busy\n"
    command = shlex.join(["python", "benchmarks/video.py", *sys.argv[1:]])
    return (
        "# Video: speed and tracking\n\n"
        f"- date: {datetime.datetime.now(datetime.UTC):%Y-%m-%d %H:%M} UTC\n"
        f"- commit: {commit()}\n- machine: {machine()}\n{load}"
        f"- versions: Python {platform.python_version()}, av {av.__version__}, "
        f"opencv {cv2.__version__}\n- command: `{command}`\n\n"
    )


if __name__ == "__main__":
    main()
