"""Which visible signs speak for the word that is shown: measured by covering them.

    python benchmarks/signs_of_words.py thresholds PHOTOS
    python benchmarks/signs_of_words.py evidence PHOTOS [--out FILE.md]

``PHOTOS`` is a folder with ``labels.csv`` (file, label, person) and ``images/``, of photos that no
model was trained on. ``thresholds`` prints what faces at rest (labelled neutral) show of each.

``evidence`` asks two things of each pair of sign and word, on different people. On one half of the
persons: does the sign go with the word (a sparse logistic regression of the word on all signs, its
coefficient above 0 in 9 of 10 draws of persons)? On the other half: does covering its region of the
face, where the sign is seen and the word is shown, lower the word's probability (mean fall with a
95 % interval above 0, persons drawn)? And more than covering a place of that size beside the nose
does? The pairs that pass all are ``mien.vision.signs.evidence.SPEAKS_FOR``. The halves then change
places: a pair has to pass both ways, or one way if the other half shows it in fewer than 8 photos.
"""

from __future__ import annotations

import argparse
import csv
import datetime
import platform
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from sklearn.linear_model import LogisticRegression

from mien import Analyzer, read_image
from mien.vision.signs.distance import focal_length
from mien.vision.signs.movements import MOVEMENTS
from mien.vision.signs.signs_reader import SignsReader
from mien.vision.signs.words import SIGN_NAMES

WORDS = ("happy", "surprise", "sad", "angry", "neutral")
LEAST = 8
DRAWS = 200

# Points of the mesh around each region; their hull, a little widened, is covered.
REGIONS = {
    "mouth": [(61, 291, 0, 17, 37, 267, 84, 314, 40, 270, 91, 321, 146, 375, 185, 409)],
    "eyes": [
        (33, 133, 159, 145, 158, 153, 160, 144, 157, 154, 161, 163),
        (362, 263, 386, 374, 385, 380, 387, 373, 384, 381, 388, 390),
    ],
    "brows": [
        (70, 63, 105, 66, 107, 55, 65, 52, 53, 46),
        (300, 293, 334, 296, 336, 285, 295, 282, 283, 276),
    ],
}
BESIDE_THE_NOSE = (50, 280)
"""Points on the cheeks, where the comparison is covered."""


@dataclass
class Photo:
    """What is kept of a photo."""

    person: str
    label: str
    word: str
    signs: dict[str, float]
    regions: dict[str, str]
    blendshapes: dict[str, float]
    falls: dict[str, float]


def covered(image: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The picture with what the mask marks filled from around it."""
    return cv2.inpaint(image, mask, 3, cv2.INPAINT_TELEA)


def region_mask(points: np.ndarray, region: str, shape: tuple[int, ...]) -> np.ndarray:
    """White where a region of the face is."""
    mask = np.zeros(shape[:2], np.uint8)
    for numbers in REGIONS[region]:
        cv2.fillConvexPoly(mask, cv2.convexHull(points[list(numbers), :2].round().astype(int)), 255)
    width = int(np.ptp(points[:468, 0]) * 0.06) | 1
    return cv2.dilate(mask, np.ones((width, width), np.uint8))


def beside_mask(points: np.ndarray, area: int, shape: tuple[int, ...]) -> np.ndarray:
    """White on both cheeks, as many pixels as a region has."""
    mask = np.zeros(shape[:2], np.uint8)
    radius = max(1, round((area / 2 / np.pi) ** 0.5))
    for number in BESIDE_THE_NOSE:
        cv2.circle(mask, tuple(points[number, :2].round().astype(int).tolist()), radius, 255, -1)
    return mask


def read_photos(folder: Path) -> list[Photo]:
    """All photos with a face whose signs can be read."""
    analyzer, reader = Analyzer(), SignsReader()
    photos = []
    with (folder / "labels.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        image = read_image(folder / "images" / row["file"])
        found = analyzer.find_faces(image)[:1]
        if not found:
            continue
        signs = reader.read(image, found, focal_length(image.shape[1], image.shape[0]))[0]
        if isinstance(signs, str):
            continue
        (face,) = analyzer.read_faces(image, found)
        word = face.top_emotion
        falls = {}
        for region in REGIONS:
            mask = region_mask(signs.points, region, image.shape)
            for name, each in (
                (region, mask),
                (f"beside {region}", beside_mask(signs.points, int((mask > 0).sum()), image.shape)),
            ):
                (after,) = analyzer.read_faces(covered(image, each), found)
                falls[name] = face.probabilities[word] - after.probabilities[word]
        photos.append(
            Photo(
                row["person"],
                row["label"],
                word,
                {sign.name: sign.strength for sign in signs.signs},
                {sign.name: sign.region for sign in signs.signs},
                signs.blendshapes,
                falls,
            )
        )
    return photos


def thresholds(photos: list[Photo]) -> str:
    """A table of what neutral faces show."""
    lines = [
        "| movement | 50 % | 90 % | 95 % | 99 % | told from |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    rest = [photo for photo in photos if photo.label == "neutral"]
    for each in MOVEMENTS:
        names = [
            f"{name}{side}"
            for name in each.blendshapes
            for side in (("Left", "Right") if each.sided else ("",))
        ]
        values = [np.mean([photo.blendshapes[name] for name in names]) for photo in rest]
        cells = [f"{value:.2f}" for value in np.percentile(values, [50, 90, 95, 99])]
        lines.append(f"| {each.name} | " + " | ".join(cells) + f" | {each.seen} |")
    return "\n".join(lines)


def mean_fall(
    photos: list[Photo], region: str, rng: np.random.Generator
) -> tuple[float, float, float]:
    """Mean fall and its 95 % interval, persons drawn."""
    by_person: dict[str, list[float]] = {}
    for photo in photos:
        by_person.setdefault(photo.person, []).append(photo.falls[region])
    sums = np.array([[sum(values), len(values)] for values in by_person.values()])
    drawn = sums[rng.integers(0, len(sums), (2000, len(sums)))].sum(axis=1)
    low, high = np.percentile(drawn[:, 0] / drawn[:, 1], [2.5, 97.5])
    return float(sums[:, 0].sum() / sums[:, 1].sum()), float(low), float(high)


def goes_with(photos: list[Photo], word: str, rng: np.random.Generator) -> dict[str, float]:
    """For each sign the share of draws of persons in which it speaks for the word."""
    persons = sorted({photo.person for photo in photos})
    of_person = {person: [p for p in photos if p.person == person] for person in persons}
    counts = dict.fromkeys(SIGN_NAMES, 0)
    done = 0
    for _ in range(DRAWS):
        drawn = [
            p for at in rng.integers(0, len(persons), len(persons)) for p in of_person[persons[at]]
        ]
        is_word = np.array([photo.word == word for photo in drawn])
        if is_word.all() or not is_word.any():
            continue
        values = np.array([[photo.signs.get(name, 0.0) for name in SIGN_NAMES] for photo in drawn])
        model = LogisticRegression(
            l1_ratio=1, C=0.5, solver="liblinear", class_weight="balanced"
        ).fit(values, is_word)
        done += 1
        for name, weight in zip(SIGN_NAMES, model.coef_[0], strict=True):
            counts[name] += weight > 0
    return {name: count / max(done, 1) for name, count in counts.items()}


def evidence(photos: list[Photo]) -> tuple[str, dict[str, tuple[str, ...]]]:
    """The table, and the pairs that pass."""
    rng = np.random.default_rng(0)
    persons = sorted({photo.person for photo in photos})
    first = set(rng.permutation(persons)[: len(persons) // 2].tolist())
    halves = [
        [p for p in photos if p.person in first],
        [p for p in photos if p.person not in first],
    ]
    lines = [
        "| word | sign | photos | goes with it | covered: fall | beside the nose | speaks for it |",
        "| --- | --- | ---: | ---: | ---: | ---: | --- |",
    ]
    passing: dict[str, tuple[str, ...]] = {}
    for word in WORDS:
        shares = [goes_with(half, word, rng) for half in halves]
        kept = []
        for name in SIGN_NAMES:
            verdicts = []
            cells = []
            for fitted, held in ((0, 1), (1, 0)):
                seen = [p for p in halves[held] if p.word == word and name in p.signs]
                if len(seen) < LEAST or seen[0].regions[name] not in REGIONS:
                    continue
                region = seen[0].regions[name]
                mean, low, high = mean_fall(seen, region, rng)
                beside, *_ = mean_fall(seen, f"beside {region}", rng)
                verdicts.append(shares[fitted][name] >= 0.9 and low > 0 and mean > beside)
                cells.append((len(seen), shares[fitted][name], mean, low, high, beside))
            if not verdicts:
                continue
            passed = all(verdicts)
            if passed:
                kept.append(name)
            told = (
                " / ".join(str(c[0]) for c in cells),
                " / ".join(f"{c[1]:.0%}" for c in cells),
                " / ".join(f"{c[2]:.2f} ({c[3]:.2f} to {c[4]:.2f})" for c in cells),
                " / ".join(f"{c[5]:.2f}" for c in cells),
            )
            lines.append(
                f"| {word} | {name} | " + " | ".join(told) + f" | {'yes' if passed else ''} |"
            )
        if kept:
            passing[word] = tuple(kept)
    return "\n".join(lines), passing


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["thresholds", "evidence"])
    parser.add_argument("photos", type=Path)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    photos = read_photos(options.photos)
    if options.what == "thresholds":
        text = thresholds(photos)
    else:
        table, passing = evidence(photos)
        text = f"{table}\n\nSPEAKS_FOR = {passing}"
    about = f"{len(photos)} photos, {datetime.date.today()}, {platform.machine()}"
    print(f"{about}\n\n{text}")
    if options.out:
        options.out.write_text(
            f"# Signs and words: {options.what}\n\n"
            f"`python benchmarks/signs_of_words.py {options.what} PHOTOS`: {about}.\n\n{text}\n"
        )


if __name__ == "__main__":
    main()
