"""What the signs of a face and a body cost, and how right they are on made pictures.

    python benchmarks/signs.py [--photos PHOTOS] [--out FILE.md]

Times are medians of one thread, all subjects asked in turn, round by round; compare the ratios.
``--photos`` adds the recall of the detectors on faces pasted at known sizes: a folder with
``labels.csv`` (file) and ``images/``.
"""

from __future__ import annotations

import argparse
import csv
import datetime
import platform
import resource
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from mien import read_image
from mien.packaged import ASTRONAUT
from mien.vision.detection.detectors import create_detector
from mien.vision.pixel_analyzer import PixelAnalyzer
from mien.vision.signs.body import BodyNetwork
from mien.vision.signs.distance import Focal, distance
from mien.vision.signs.eyes import iris_width
from mien.vision.signs.geometry import place_mean_face
from mien.vision.signs.mesh import MeshNetwork, square_of_detection
from mien.vision.signs.signs_reader import SignsReader

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from vision.signs.made_faces import turned

ROUNDS = 30
TURNS = [(yaw, 0, 0) for yaw in (-45, -30, -15, 0, 15, 30, 45, 60)]
TURNS += [(0, pitch, 0) for pitch in (-25, -15, 15, 25)] + [(0, 0, -35), (0, 0, 20), (25, -15, 15)]
CENTIMETRES = (45, 60, 80, 120, 160)
SHARES = (12, 8, 5, 3)


def medians(subjects: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Median milliseconds of each, asked in turn."""
    for call in subjects.values():
        call()
    times: dict[str, list[float]] = {name: [] for name in subjects}
    for _ in range(ROUNDS):
        for name, call in subjects.items():
            begun = time.perf_counter()
            call()
            times[name].append((time.perf_counter() - begun) * 1e3)
    return {name: statistics.median(values) for name, values in times.items()}


def speed(photo: np.ndarray) -> list[str]:
    """Milliseconds a face, a body, and a 640×480 picture."""
    centerface, blazeface = create_detector("centerface"), create_detector("blazeface")
    smaller = create_detector("centerface", size=320)
    (face,) = centerface.detect(photo)
    reader, body, focal = SignsReader(), BodyNetwork(), Focal(400, "given")
    (signs,) = reader.read(photo, [face], focal)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    frame = np.full((480, 640, 3), 120, np.uint8)
    frame[:260, 100:360] = photo[:260, 100:360]
    plain, asked = PixelAnalyzer(), PixelAnalyzer(signs=True)
    found = medians(
        {
            "signs of one face": lambda: reader.read(photo, [face], focal),
            "signs of five faces, a face": lambda: reader.read(photo, [face] * 5, focal),
            "body": lambda: body.read(photo, face, signs),
            "CenterFace, 640×480": lambda: centerface.detect(frame),
            "CenterFace at size 320, 640×480": lambda: smaller.detect(frame),
            "BlazeFace, 640×480": lambda: blazeface.detect(frame),
            "the photo analysed": lambda: plain.analyze(photo),
            "the photo analysed, with signs": lambda: asked.analyze(photo),
        }
    )
    found["signs of five faces, a face"] /= 5
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    lines = ["| | ms |", "| --- | ---: |"]
    lines += [f"| {name} | {value:.1f} |" for name, value in found.items()]
    ratio = found["CenterFace, 640×480"] / found["BlazeFace, 640×480"]
    lines += ["", f"BlazeFace is {ratio:.1f} times as fast as CenterFace."]
    lines += [f"Peak memory of the process: {before / 1024:.0f} to {after / 1024:.0f} MB."]
    return lines


def poses(photo: np.ndarray) -> list[str]:
    """Head pose and distance of a face painted onto the mean face."""
    detector, network = create_detector("centerface"), MeshNetwork()
    (mesh,) = network.read(photo, [square_of_detection(detector.detect(photo)[0])])

    def read(made: np.ndarray):
        (again,) = network.read(made, [square_of_detection(detector.detect(made)[0])])
        return again.points, place_mean_face(again.points)

    lines = ["| made yaw, pitch, roll | read |", "| --- | --- |"]
    for yaw, pitch, roll in TURNS:
        _, placement = read(turned(photo, mesh, yaw=yaw, pitch=pitch, roll=roll))
        head = placement.head
        lines.append(
            f"| {yaw}, {pitch}, {roll} | {head.yaw:.0f}, {head.pitch:.0f}, {head.roll:.0f} |"
        )
    lines += [
        "",
        "| made distance, cm | by iris | by head | 90 % by iris |",
        "| ---: | ---: | ---: | --- |",
    ]
    for centimetres in CENTIMETRES:
        points, placement = read(turned(photo, mesh, centimetres=centimetres))
        head = placement.head
        iris = iris_width(points, head.yaw, head.pitch)
        by = [
            distance(
                Focal(900, "given"), iris_pixels=iris, head_scale=placement.scale, irises_seen=seen
            )[0]
            for seen in (True, False)
        ]
        lines.append(
            f"| {centimetres} | {by[0].metres * 100:.0f} | {by[1].metres * 100:.0f} |"
            f" {by[0].low * 100:.0f} to {by[0].high * 100:.0f} |"
        )
    return lines


def recall(folder: Path) -> list[str]:
    """Faces of photos pasted into 640×480, their width a known share of the picture's."""
    detectors = {
        "centerface": create_detector("centerface"),
        "centerface at 320": create_detector("centerface", size=320),
        "blazeface": create_detector("blazeface"),
    }
    rng = np.random.default_rng(0)
    with (folder / "labels.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))[::9]
    found: dict[tuple[str, int], list[bool]] = {}
    false = dict.fromkeys(detectors, 0)
    for row in rows:
        image = read_image(folder / "images" / row["file"])
        faces = detectors["centerface"].detect(image)
        if len(faces) != 1:
            continue
        for share in SHARES:
            picture, box = pasted(image, faces[0], 640 / share, rng)
            for name, detector in detectors.items():
                hits = [each for each in detector.detect(picture) if near(each, box)]
                found.setdefault((name, share), []).append(bool(hits))
                false[name] += len(detector.detect(picture)) - len(hits)
    count = len(next(iter(found.values())))
    lines = [
        f"{count} faces, pasted into 640×480 at a share of its width:",
        "",
        "| | " + " | ".join(f"1/{share}" for share in SHARES) + " | false |",
        "| --- |" + " ---: |" * (len(SHARES) + 1),
    ]
    for name in detectors:
        cells = [f"{np.mean(found[name, share]):.0%}" for share in SHARES]
        lines.append(f"| {name} | " + " | ".join(cells) + f" | {false[name]} |")
    return lines


def pasted(image, face, width, rng):
    """A picture with the photo at a scale at which its face has this width, and the face's box."""
    scale = width / face.width
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    scaled = cv2.resize(image, None, fx=scale, fy=scale, interpolation=way)
    height, width = min(480, scaled.shape[0]), min(640, scaled.shape[1])
    x, y = (int((face.xyxy[at] + face.xyxy[at + 2]) / 2 * scale) for at in (0, 1))
    left = min(max(0, x - width // 2), scaled.shape[1] - width)
    top = min(max(0, y - height // 2), scaled.shape[0] - height)
    picture = np.full((480, 640, 3), rng.integers(60, 200), np.uint8)
    to_x, to_y = int(rng.integers(0, 641 - width)), int(rng.integers(0, 481 - height))
    picture[to_y : to_y + height, to_x : to_x + width] = scaled[
        top : top + height, left : left + width
    ]
    return picture, (x - left + to_x, y - top + to_y, face.width * scale, face.height * scale)


def near(found, box) -> bool:
    x, y, width, height = box
    left, top, right, bottom = found.xyxy
    return abs((left + right) / 2 - x) < 0.4 * width and abs((top + bottom) / 2 - y) < 0.4 * height


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photos", type=Path)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    photo = read_image(ASTRONAUT.path)
    parts = [
        "## Speed",
        *speed(photo),
        "",
        "## Head pose and distance on made pictures",
        *poses(photo),
    ]
    if options.photos:
        parts += ["", "## Detectors: recall by size", *recall(options.photos)]
    machine = platform.processor() or platform.machine()
    about = f"`python benchmarks/signs.py`, {datetime.date.today()}, {machine}, one thread"
    text = "\n".join(["# Signs: speed, head pose, distance", "", f"{about}.", "", *parts, ""])
    print(text)
    if options.out:
        options.out.write_text(text)


if __name__ == "__main__":
    main()
