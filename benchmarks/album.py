"""The album's speed, and what decoding at a reduced size changes, on made photos.

    python benchmarks/album.py                                    # small: about a minute
    python benchmarks/album.py --photos 2000 --files 100000       # as in results/album.md

Photos have camera sizes: the packaged portrait, at several sizes and mirrored, on a scene of
coloured noise. Nothing is downloaded.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from mien.album import examine
from mien.album.columns import load_columns
from mien.album.database import open_album, transaction
from mien.album.examine import examine_photo
from mien.album.index import index_folder
from mien.album.rank import Query, rank
from mien.album.records import PictureRecord
from mien.album.similar import load_embeddings, rank_similar
from mien.media.image import read_image
from mien.packaged import ASTRONAUT, EXPRESSION_MODELS, packaged_path
from mien.vision.analyzer import Analyzer

MODEL = packaged_path(EXPRESSION_MODELS[0])


def make_photos(folder: Path, count: int, megapixels: float) -> None:
    """JPEGs of 4:3 with one to three portraits each, faces of 2 to 12 % of the photo's width."""
    folder.mkdir()
    rng = np.random.default_rng(0)
    portrait = read_image(packaged_path(ASTRONAUT))[:320, 100:420]
    height = round((megapixels * 1e6 * 3 / 4) ** 0.5)
    width = round(height * 4 / 3)
    for number in range(count):
        noise = rng.integers(40, 216, (height // 40, width // 40, 3), np.uint8)
        scene = cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC)
        for place in range(1 + number % 3):
            side = round(width * rng.uniform(0.07, 0.3))
            face = cv2.resize(portrait[:, :: rng.choice([-1, 1])], (side, side))
            top = rng.integers(0, height - side)
            left = place * width // 3
            scene[top : top + side, left : left + side] = face[:, : width - left]
        cv2.imwrite(
            str(folder / f"photo-{number:05d}.jpg"),
            cv2.cvtColor(scene, cv2.COLOR_RGB2BGR),
            [cv2.IMWRITE_JPEG_QUALITY, 92],
        )


def timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def indexing(folder: Path, database: Path, count: int, workers: int) -> list[tuple[str, float]]:
    """Photos a second of a plain loop and of the album."""
    analyzer = Analyzer(MODEL)

    def plain() -> None:
        for path in sorted(folder.iterdir()):
            analyzer.analyze(cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB))

    rows = [("plain loop: cv2.imread, Analyzer, full size", count / timed(plain))]
    for processes in sorted({1, workers}):
        seconds = timed(lambda p=processes: index_folder(folder, database, MODEL, workers=p))
        rows.append((f"mien album index --workers {processes}", count / seconds))
        database.unlink()
    return rows


def stages(folder: Path, most: int) -> list[tuple[str, float]]:
    """Milliseconds a photo by stage, in one process."""
    analyzer = Analyzer(MODEL)
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


def reduced_against_full(folder: Path, most: int) -> list[tuple[str, str]]:
    """What decoding at a reduced size changes in the results."""
    analyzer = Analyzer(MODEL)
    found = [0, 0]
    boxes, probabilities, same_label = [], [], []
    for path in sorted(folder.iterdir())[:most]:
        small, full = (
            examine_photo(analyzer, path.read_bytes(), path.name, reduce=reduce)
            for reduce in (True, False)
        )
        found[0] += len(small.faces)
        found[1] += len(full.faces)
        for one, other in matched(small, full):
            boxes.append(np.abs(np.subtract(one.xyxy, other.xyxy)).max() / other.size)
            probabilities.append(np.abs(np.subtract(one.probabilities, other.probabilities)).max())
            same_label.append(np.argmax(one.probabilities) == np.argmax(other.probabilities))
    return [
        ("faces found, reduced", str(found[0])),
        ("faces found, full size", str(found[1])),
        ("faces matched", str(len(boxes))),
        ("largest shift of a box's side, of its size", f"{np.max(boxes):.1%}"),
        ("mean difference of the most different probability", f"{np.mean(probabilities):.4f}"),
        ("largest difference of a probability", f"{np.max(probabilities):.4f}"),
        ("same first label", f"{np.mean(same_label):.1%}"),
    ]


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
    """Seconds for a tree of many names of one small photo: first and second time."""
    folder.mkdir()
    small = folder / "00" / "photo-0.png"
    small.parent.mkdir()
    shutil.copyfile(packaged_path(ASTRONAUT), small)
    for number in range(1, files):
        below = folder / f"{number // 1000:02d}"
        below.mkdir(exist_ok=True)
        os.link(small, below / f"photo-{number}.png")
    return [
        (
            f"{files:,} files, all new to the album, one content",
            timed(lambda: index_folder(folder, database, MODEL)),
        ),
        (f"{files:,} files, unchanged", timed(lambda: index_folder(folder, database, MODEL))),
    ]


def ranking(database: Path, photos: int) -> list[tuple[str, float]]:
    """Seconds to load and rank an album of made rows with two faces each."""
    with open_album(database, create=True) as connection:
        fill(connection, photos)
        columns = load_columns(connection)
        queries = {
            "happy, mean": Query("happy"),
            "happy, min, 2 faces, bursts all": Query(
                "happy", rule="min", faces=(2, 2), only_best_of_burst=False
            ),
            "happy>0.8 and not sad>0.2": Query("happy>0.8 and not sad>0.2"),
            "happy, --path '2019/*'": Query("happy", path="2019/*"),
        }
        rows = [("load", timed(lambda: load_columns(connection)))]
        rows += [(name, timed(lambda q=query: rank(columns, q))) for name, query in queries.items()]
        embeddings = load_embeddings(connection)
        rows.append(("load embeddings", timed(lambda: load_embeddings(connection))))
        rows.append(("similar", timed(lambda: rank_similar(embeddings.values[:1], embeddings))))
    return rows


def fill(connection: sqlite3.Connection, photos: int) -> None:
    """Made rows, in the form in which the album keeps them."""
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
            "INSERT INTO picture VALUES (?, ?, 1, 4000, 3000, 1, ?, NULL, NULL, NULL, ?)",
            ((n, n.to_bytes(16), n * 2.0, hashes[n]) for n in range(photos)),
        )
        connection.executemany(
            "INSERT INTO file VALUES (?, ?, 1, 1, 1, ?, NULL, 0)",
            ((n, b"/photos/%d/%d.jpg" % (2000 + n % 20, n), n) for n in range(photos)),
        )
        connection.executemany(
            "INSERT INTO face VALUES (?, ?, 0, 0, 100, 100, 0.9, 0, ?)",
            ((n // 2, n % 2 + 1, measures[n].tobytes()) for n in range(2 * photos)),
        )
        connection.executemany(
            "INSERT INTO embedding VALUES (?, ?, ?)",
            ((n // 2, n % 2 + 1, vectors[n].tobytes()) for n in range(2 * photos)),
        )


def print_table(title: str, header: tuple[str, str], rows: list[tuple[str, float | str]]) -> None:
    print(f"\n## {title}\n\n| {header[0]} | {header[1]} |\n| --- | ---: |")
    for name, value in rows:
        print(f"| {name} | {value if isinstance(value, str) else f'{value:.3g}'} |")
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photos", type=int, default=6)
    parser.add_argument("--megapixels", type=float, default=12.0)
    parser.add_argument("--files", type=int, default=2000, help="of the unchanged tree")
    parser.add_argument("--ranked", type=int, default=100_000, help="photos, two faces each")
    parser.add_argument("--compared", type=int, default=50, help="photos also read at full size")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder, database = Path(temporary) / "photos", Path(temporary) / "album.sqlite3"
        make_photos(folder, options.photos, options.megapixels)
        count = options.photos
        print(f"# Album: {count} photos of {options.megapixels:g} megapixels")
        print_table(
            "Indexing", ("way", "photos/s"), indexing(folder, database, count, options.workers)
        )
        print_table("Stages of one process", ("stage", "ms"), stages(folder, options.compared))
        print_table(
            "Decoding at a reduced size", ("", ""), reduced_against_full(folder, options.compared)
        )
        rows = unchanged(Path(temporary) / "many", database, options.files)
        print_table("Indexing again", ("tree", "s"), rows)
        rows = ranking(Path(temporary) / "ranked.sqlite3", options.ranked)
        print_table(f"Ranking {options.ranked:,} photos", ("step", "s"), rows)
    unit = 1 if sys.platform == "darwin" else 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6
    print(
        f"\nPeak memory of this process, the plain loop's full-size photos included: {peak:.0f} MB"
    )


if __name__ == "__main__":
    main()
