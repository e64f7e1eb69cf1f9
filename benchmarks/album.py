"""The album's speed, and what decoding at a reduced size changes, on made photos.

    python benchmarks/album.py                                    # small: about a minute
    python benchmarks/album.py --photos 2000 --files 100000 --out benchmarks/results/album.md

The photos are made: see ``album_photos.py``. 2,000 take 6 GB and half an hour. Everything else a
computer does while this runs makes it slower; the processor time a photo suffers less.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import platform
import resource
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from album_photos import MadePhoto, make_photos
from PIL import Image

from mien.album.asking.columns import load_columns
from mien.album.asking.question import Bursts, Question, Rule
from mien.album.asking.rank import rank
from mien.album.asking.similar import load_embeddings, rank_similar
from mien.album.database import open_album, transaction
from mien.album.indexing import examine
from mien.album.indexing.examine import examine_photo
from mien.album.indexing.index import index_folder
from mien.album.records import PictureRecord
from mien.packaged import DEFAULT_MODEL, packaged_path
from mien.vision.pixel_analyzer import PixelAnalyzer

MODEL = packaged_path(DEFAULT_MODEL)
FACE_SHARES = (0.02, 0.03, 0.04, 0.06, 0.13)


def timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def processor_seconds() -> float:
    """Of this process and of its workers that have ended."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in used)


@dataclass(frozen=True)
class Run:
    """One way to read all photos: seconds on the clock and of processors, memory in MB."""

    name: str
    seconds: float
    processor: float
    memory: tuple[float, ...]


def indexing(folder: Path, database: Path, workers: int) -> list[Run]:
    """A plain loop and the album, one after the other."""
    analyzer = PixelAnalyzer(MODEL)

    def plain() -> None:
        for path in sorted(folder.iterdir()):
            analyzer.analyze(cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB))

    runs = [watched("plain loop: cv2.imread, Analyzer, full size", plain)]
    for processes in sorted({1, workers}):
        name = f"mien album index --workers {processes}"
        runs.append(
            watched(name, lambda p=processes: index_folder(folder, database, MODEL, workers=p))
        )
        database.unlink()
    return runs


def watched(name: str, work: Callable[[], object]) -> Run:
    """Run it, and look every half second at the memory of this process and its workers."""
    memory: list[float] = []
    over = threading.Event()

    def look() -> None:
        while not over.wait(0.5):
            memory.append(resident_megabytes())

    watcher = threading.Thread(target=look)
    watcher.start()
    before = processor_seconds()
    try:
        seconds = timed(work)
    finally:
        over.set()
        watcher.join()
    return Run(name, seconds, processor_seconds() - before, tuple(memory))


def resident_megabytes() -> float:
    """Of this process and its children; 0 where there is no /proc."""
    tasks = Path(f"/proc/{os.getpid()}/task")
    children = [path.read_text().split() for path in tasks.glob("*/children")]
    total = 0
    for process in {str(os.getpid()), *(each for some in children for each in some)}:
        with contextlib.suppress(OSError):
            total += int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return total * os.sysconf("SC_PAGE_SIZE") / 1e6


def memory_in_words(memory: tuple[float, ...]) -> str:
    """The most in the second and in the last quarter of a run: the same if memory is flat."""
    quarter = len(memory) // 4
    if not quarter or not max(memory):
        return "too short"
    return f"{max(memory[quarter : 2 * quarter]):.0f}, {max(memory[-quarter:]):.0f}"


def compared(runs: list[Run], photos: int) -> list[tuple[str, str]]:
    plain = runs[0]
    return [
        (
            run.name,
            f"{photos / run.seconds:.2f} | {plain.seconds / run.seconds:.2f} | "
            f"{1000 * run.processor / photos:.0f} | {memory_in_words(run.memory)}",
        )
        for run in runs
    ]


def stages(folder: Path, most: int) -> list[tuple[str, float]]:
    """Milliseconds a photo by stage, in one process."""
    analyzer = PixelAnalyzer(MODEL)
    spent: dict[str, float] = {}

    def watch(owner: object, name: str, label: str) -> Callable[[], None]:
        original = getattr(owner, name)

        def watched(*args: object, **kwargs: object) -> object:
            begun = time.perf_counter()
            try:
                return original(*args, **kwargs)
            finally:
                spent[label] = spent.get(label, 0.0) + time.perf_counter() - begun

        setattr(owner, name, watched)
        return lambda: setattr(owner, name, original)

    restore = [
        watch(examine, "read_photo", "decode"),
        watch(analyzer.detector, "detect", "detect"),
        watch(examine, "_faces", "crop, classify, embed, measure"),
    ]
    paths = sorted(folder.iterdir())[:most]
    total = timed(lambda: [examine_photo(analyzer, p.read_bytes(), p.name) for p in paths])
    for undo in restore:
        undo()
    spent["all else"] = total - sum(spent.values())
    return [(label, 1000 * seconds / len(paths)) for label, seconds in spent.items()]


def reduced_against_full(photos: list[MadePhoto]) -> list[tuple[str, str]]:
    """What decoding at a reduced size changes in the results."""
    analyzer = PixelAnalyzer(MODEL)
    found = [0, 0]
    boxes, probabilities, same_label = [], [], []
    there: list[tuple[float, bool, bool]] = []
    for photo in photos:
        small, full = (
            examine_photo(analyzer, photo.path.read_bytes(), photo.path.name, reduce=reduce)
            for reduce in (True, False)
        )
        found[0] += len(small.faces)
        found[1] += len(full.faces)
        for centre, size in zip(photo.centres, photo.sizes, strict=True):
            seen = [any(holds(face.xyxy, centre) for face in p.faces) for p in (small, full)]
            there.append((size / small.width, *seen))
        for one, other in matched(small, full):
            boxes.append(np.abs(np.subtract(one.xyxy, other.xyxy)).max() / other.size)
            probabilities.append(np.abs(np.subtract(one.probabilities, other.probabilities)).max())
            same_label.append(np.argmax(one.probabilities) == np.argmax(other.probabilities))
    rows = [
        ("faces found, reduced", str(found[0])),
        ("faces found, full size", str(found[1])),
        ("faces matched", str(len(boxes))),
    ]
    if boxes:
        rows += [
            ("largest shift of a box's side, of its size", f"{np.max(boxes):.1%}"),
            ("mean difference of the most different probability", f"{np.mean(probabilities):.4f}"),
            ("largest difference of a probability", f"{np.max(probabilities):.4f}"),
            ("same first label", f"{np.mean(same_label):.1%}"),
        ]
    for least, most in pairwise(FACE_SHARES):
        those = [seen for share, *seen in there if least <= share < most]
        if those:
            counts = np.sum(those, axis=0)
            name = f"faces of {least:.1%} to {most:.1%} of the width found, reduced and full size"
            rows.append((name, f"{counts[0]}, {counts[1]} of {len(those)}"))
    return rows


def holds(xyxy: tuple[float, ...], centre: npt.NDArray[np.float64]) -> bool:
    return bool(xyxy[0] < centre[0] < xyxy[2] and xyxy[1] < centre[1] < xyxy[3])


def matched(one: PictureRecord, other: PictureRecord) -> list[tuple]:
    """Faces of two records whose centres lie within half a face."""
    pairs = []
    for face in one.faces:
        centre = np.add(face.xyxy[:2], face.xyxy[2:]) / 2
        for against in other.faces:
            distance = np.linalg.norm(np.add(against.xyxy[:2], against.xyxy[2:]) / 2 - centre)
            if distance < against.size / 2:
                pairs.append((face, against))
                break
    return pairs


def unchanged(folder: Path, database: Path, files: int) -> list[tuple[str, float]]:
    """Seconds for a tree of many names of a few small pictures: first and second time."""
    folder.mkdir()
    for number in range(files):
        # A file system has its limit of links to a file.
        below = folder / f"{number // 1000:03d}"
        first = below / f"photo-{number // 1000 * 1000}.png"
        if number % 1000 == 0:
            below.mkdir()
            Image.new("RGB", (48, 32), (number // 1000 % 256, 90, 120)).save(first)
        else:
            os.link(first, below / f"photo-{number}.png")
    # No worker processes: the pictures are known after the first of each folder.
    return [
        (name, timed(lambda: index_folder(folder, database, MODEL)))
        for name in (f"{files:,} files, all new to the album", f"{files:,} files, unchanged")
    ]


def ranking(database: Path, photos: int) -> list[tuple[str, float]]:
    """Seconds to load and rank an album of made rows with two faces each."""
    with open_album(database, create=True) as connection:
        fill(connection, database.parent, photos)
        columns = load_columns(connection)
        questions = {
            "happy, mean": Question("happy"),
            "happy, min, 2 faces, bursts all": Question(
                "happy", rule=Rule.MIN, faces=(2, 2), bursts=Bursts.ALL
            ),
            "happy>0.8 and not sad>0.2": Question("happy>0.8 and not sad>0.2"),
            "happy, --path '2019/*'": Question("happy", path="2019/*"),
        }
        rows = [("load", timed(lambda: load_columns(connection)))]
        rows += [(name, timed(lambda q=each: rank(columns, q))) for name, each in questions.items()]
        embeddings = load_embeddings(connection)
        rows.append(("load embeddings", timed(lambda: load_embeddings(connection))))
        rows.append(("similar", timed(lambda: rank_similar(embeddings.values[:1], embeddings))))
    return rows


def fill(connection: sqlite3.Connection, folder: Path, photos: int) -> None:
    """Made rows, in the form in which the album keeps them, of photos in folders that are there."""
    for year in range(2000, 2020):
        (folder / str(year)).mkdir()
    rng = np.random.default_rng(0)
    labels = '["angry","disgust","fear","happy","sad","surprise","neutral"]'
    eight = '["neutral","happy","surprise","sad","angry","disgust","fear","contempt"]'
    measures = np.empty((2 * photos, 18), "<f4")
    measures[:, 0] = rng.uniform(20, 400, 2 * photos)
    measures[:, 1] = rng.uniform(0, 0.5, 2 * photos)
    measures[:, 2] = rng.random(2 * photos) < 0.2
    measures[:, 3:10] = rng.dirichlet([0.3] * 7, 2 * photos)
    measures[:, 10:] = rng.dirichlet([0.3] * 8, 2 * photos)
    vectors = rng.normal(size=(2 * photos, 192)).astype("<f2")
    hashes = rng.integers(-(2**63), 2**63 - 1, photos).tolist()
    with transaction(connection):
        connection.execute(
            "INSERT INTO model VALUES (1, 'made', 'made', 'made', ?, ?)", (labels, eight)
        )
        connection.execute("INSERT INTO setting VALUES ('model', 1)")
        connection.executemany(
            "INSERT INTO picture (id, hash, model, width, height, orientation, taken, "
            "difference_hash) VALUES (?, ?, 1, 4000, 3000, 1, ?, ?)",
            ((n, n.to_bytes(16), n * 2.0, hashes[n]) for n in range(photos)),
        )
        connection.executemany(
            "INSERT INTO file (id, path, size, mtime_ns, inode, picture) VALUES (?, ?, 1, 1, 1, ?)",
            ((n, os.fsencode(folder / str(2000 + n % 20) / f"{n}.jpg"), n) for n in range(photos)),
        )
        connection.executemany(
            "INSERT INTO face VALUES (?, ?, 0, 0, 100, 100, 0.9, 0, ?)",
            ((n // 2, n % 2 + 1, measures[n].tobytes()) for n in range(2 * photos)),
        )
        connection.executemany(
            "INSERT INTO embedding VALUES (?, ?, ?)",
            ((n // 2, n % 2 + 1, vectors[n].tobytes()) for n in range(2 * photos)),
        )


def table(title: str, header: tuple[str, ...], rows: list[tuple[str, float | str]]) -> str:
    lines = [f"| {' | '.join(header)} |", "| --- |" + " ---: |" * (len(header) - 1)]
    for name, value in rows:
        lines.append(f"| {name} | {value if isinstance(value, str) else f'{value:.3g}'} |")
    return f"## {title}\n\n" + "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photos", type=int, default=6)
    parser.add_argument("--megapixels", type=float, default=12.0)
    parser.add_argument("--files", type=int, default=2000, help="of the unchanged tree")
    parser.add_argument("--ranked", type=int, default=100_000, help="photos, two faces each")
    parser.add_argument("--compared", type=int, default=50, help="photos also read at full size")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--note", help="a sentence on the computer's state, for the report")
    parser.add_argument("--out", type=Path, help="also write the report to this file")
    options = parser.parse_args()
    command = " ".join(["python", *(a for a in sys.argv if a not in ("--note", options.note))])
    parts: list[str] = []

    def tell(part: str) -> None:
        parts.append(part)
        print(part, flush=True)

    with tempfile.TemporaryDirectory() as temporary:
        folder, database = Path(temporary) / "photos", Path(temporary) / "album.sqlite3"
        seconds = time.perf_counter()
        photos = make_photos(folder, options.photos, options.megapixels)
        seconds = time.perf_counter() - seconds
        megabytes = sum(photo.path.stat().st_size for photo in photos) / 1e6
        tell(f"# Album: {len(photos):,} photos of {options.megapixels:g} megapixels\n")
        tell(
            f"`{command}`, {time.strftime('%Y-%m-%d')}, commit {commit()}, {processor_name()}, "
            f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start. "
            f"{options.note or ''}\n"
        )
        tell(
            f"The photos have {sum(len(p.sizes) for p in photos):,} faces and "
            f"{megabytes / len(photos):.1f} MB each; making them took {seconds:.0f} s.\n"
        )
        header = ("way", "photos/s", "times the loop", "processor ms a photo", "MB")
        runs = indexing(folder, database, options.workers)
        tell(table("Indexing", header, compared(runs, len(photos))))
        tell("MB: of all its processes, the most in the second and in the last quarter.\n")
        tell(table("Stages of one process", ("stage", "ms"), stages(folder, options.compared)))
        rows = reduced_against_full(photos[: options.compared])
        tell(table("Decoding at a reduced size", ("of the first photos", "value"), rows))
        tree = unchanged(Path(temporary) / "many", database, options.files)
        tell(table("Indexing again", ("tree", "s"), tree))
        steps = ranking(Path(temporary) / "ranked.sqlite3", options.ranked)
        tell(table(f"Ranking {options.ranked:,} photos", ("step", "s"), steps))
    if options.out is not None:
        options.out.write_text("\n".join(parts))


def commit() -> str:
    done = subprocess.run(
        ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty"],
        capture_output=True,
        text=True,
    )
    return done.stdout.strip() or "unknown"


def processor_name() -> str:
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


if __name__ == "__main__":
    main()
