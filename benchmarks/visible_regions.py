"""Train, and measure, the network that says which regions of a face are covered.

    python benchmarks/visible_regions.py train [--data fer2013] [--out FILE.onnx]
    python benchmarks/visible_regions.py measure PHOTOS

The face mesh draws a mouth under every mask. So a small network looks at the face as the mesh has
cut it out, grey and at 48 pixels, and says for mouth, eyes and brows whether they can be seen. It
is trained on FER2013's Training images with made covers: masks, dark glasses, hands (skin of other
faces), hair, objects, blocks of colour, noise. ``measure`` covers regions of photos that nobody
trained on, in ways of which some were not trained, and counts.
"""

from __future__ import annotations

import argparse
import csv
import time
from pathlib import Path

import cv2
import numpy as np

from mien.media.image import read_image
from mien.vision.detection.detectors import create_detector
from mien.vision.signs.mesh import MeshNetwork, Square, square_of_detection, square_of_mesh
from mien.vision.signs.visible_regions import REGIONS, SIDE, small_face

# Points of the mesh around each region.
POINTS = {
    "mouth": (61, 291, 0, 17, 37, 267, 84, 314, 40, 270, 91, 321),
    "left_eye": (362, 263, 386, 374, 385, 380, 387, 373),
    "right_eye": (33, 133, 159, 145, 158, 153, 160, 144),
    "left_brow": (300, 293, 334, 296, 336, 285, 295, 282, 283, 276),
    "right_brow": (70, 63, 105, 66, 107, 55, 65, 52, 53, 46),
}
TOGETHER = ((0,), (0,), (1, 2), (3, 4), (1, 2, 3, 4), (1,), (2,), (3,), (4,), (1, 3), (2, 4))
"""Regions, by their place in ``REGIONS``, that are covered together."""

HIDDEN, SEEN = 0.55, 0.15
"""From this share of its pixels on a region counts as covered; up to that, as seen."""


def regions_of(points: np.ndarray) -> np.ndarray:
    """Masks of the five regions in the small face: ``(5, SIDE, SIDE)`` bool."""
    small = points[:, :2] * (SIDE / 256)
    masks = []
    for name in REGIONS:
        mask = np.zeros((SIDE, SIDE), np.uint8)
        hull = cv2.convexHull((small[list(POINTS[name])] * 16).round().astype(np.int32))
        cv2.fillConvexPoly(mask, hull, 1, shift=4)
        masks.append(cv2.dilate(mask, np.ones((3, 3), np.uint8)) > 0)
    return np.stack(masks)


def training_faces(data: str, most: int) -> tuple[np.ndarray, np.ndarray]:
    """Small faces ``(n, SIDE, SIDE)`` and their regions, of Training images."""
    from mien.lab.data.faces import SPLITS
    from mien.lab.data.store import load_faces

    faces = load_faces(data)
    rows = np.flatnonzero(faces.splits == SPLITS.index("Training"))
    rows = np.random.default_rng(0).permutation(rows)[:most]
    network = MeshNetwork()
    images, regions = [], []
    for row in rows:
        grey = cv2.resize(np.asarray(faces.images[row]), (192, 192), interpolation=cv2.INTER_CUBIC)
        grey = cv2.copyMakeBorder(grey, 48, 48, 48, 48, cv2.BORDER_REPLICATE)
        image = np.ascontiguousarray(np.dstack([grey] * 3))
        (mesh,) = network.read(image, [Square(144, 144, 250, 0)])
        (mesh,) = network.read(image, [square_of_mesh(mesh)])
        if mesh.presence < 0.9:
            continue
        images.append(small_face(mesh.crop))
        regions.append(regions_of(mesh.upright))
    return np.stack(images), np.stack(regions)


def texture(kind: str, faces: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """``(SIDE, SIDE)`` of what covers: a block, a ramp, noise, skin or anything of another face."""
    if kind == "block":
        return np.full((SIDE, SIDE), rng.integers(0, 256), np.float32)
    if kind == "ramp":
        first, second = rng.integers(0, 256, 2)
        ramp = np.linspace(first, second, SIDE, dtype=np.float32)
        return np.tile(ramp, (SIDE, 1)) if rng.random() < 0.5 else np.tile(ramp[:, None], (1, SIDE))
    if kind == "noise":
        noise = rng.normal(rng.integers(30, 220), rng.uniform(5, 70), (SIDE, SIDE))
        blur = rng.uniform(0, 3)
        noise = cv2.GaussianBlur(noise, (0, 0), blur) if blur > 0.3 else noise
        return noise.astype(np.float32)
    other = faces[rng.integers(len(faces))].astype(np.float32)
    if kind == "skin":
        # A cheek, blown up: skin without features, as a hand's back is.
        y, x = rng.integers(24, 30), rng.choice([10, 30])
        return cv2.resize(other[y : y + 8, x : x + 8], (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
    turned = np.rot90(other, rng.integers(1, 4))
    return np.roll(turned, rng.integers(0, SIDE, 2), (0, 1))


def shape_mask(regions: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Where something covers: over one region or a few, or anywhere."""
    mask = np.zeros((SIDE, SIDE), np.uint8)
    pick = rng.random()
    if pick < 0.15:  # a mask: from below the eyes down
        ys, xs = np.nonzero(regions[0])
        top = int(ys.min() - rng.integers(3, 12))
        cv2.ellipse(
            mask,
            (int(xs.mean()), int(ys.mean() + 3)),
            (int(rng.integers(10, 17)), int(max(4, ys.mean() + 3 - top))),
            0,
            0,
            360,
            1,
            -1,
        )
        return mask > 0
    if pick < 0.3:  # glasses
        for region in regions[1:3]:
            ys, xs = np.nonzero(region)
            half = (int(rng.integers(5, 8)), int(rng.integers(4, 7)))
            cv2.ellipse(mask, (int(xs.mean()), int(ys.mean())), half, 0, 0, 360, 1, -1)
        return mask > 0
    if pick < 0.7:  # just a region, or a pair of them, and a little around it
        pair = TOGETHER[rng.integers(len(TOGETHER))]
        wide = int(rng.integers(0, 5))
        mask = regions[list(pair)].any(axis=0).astype(np.uint8)
        return cv2.dilate(mask, np.ones((wide + 1, wide + 1), np.uint8)) > 0
    if pick < 0.78:  # hair, a hat: from above down to the brows
        ys, _ = np.nonzero(regions[3:].any(axis=0))
        mask[: int(ys.max() + rng.integers(-5, 4))] = 1
        return mask > 0
    chosen = regions[rng.integers(5)]
    ys, xs = np.nonzero(chosen)
    spread = 3 if rng.random() < 0.8 else 14
    x, y = xs.mean() + rng.normal(0, spread), ys.mean() + rng.normal(0, spread)
    half = (rng.uniform(3, 14), rng.uniform(3, 10))
    if rng.random() < 0.5:
        cv2.ellipse(
            mask, (int(x), int(y)), (int(half[0]), int(half[1])), rng.uniform(0, 180), 0, 360, 1, -1
        )
    else:
        box = cv2.boxPoints(((float(x), float(y)), (2 * half[0], 2 * half[1]), rng.uniform(0, 180)))
        cv2.fillConvexPoly(mask, box.astype(np.int32), 1)
    return mask > 0


def covered(
    face: np.ndarray, regions: np.ndarray, faces: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A face with a made cover (or none), which regions are seen, and which of that counts."""
    face = face.astype(np.float32)
    hidden = np.zeros((SIDE, SIDE), bool)
    for _ in range(rng.choice([0, 1, 2], p=[0.35, 0.5, 0.15])):
        mask = shape_mask(regions, rng)
        fill = texture(rng.choice(["block", "ramp", "noise", "skin", "other"]), faces, rng)
        soft = mask.astype(np.float32)
        if rng.random() < 0.6:
            soft = cv2.GaussianBlur(soft, (0, 0), rng.uniform(0.4, 1.2))
        soft *= rng.uniform(0.85, 1.0)
        face = face * (1 - soft) + fill * soft
        hidden |= mask
    share = (regions & hidden).sum(axis=(1, 2)) / regions.sum(axis=(1, 2))
    if rng.random() < 0.5:  # light, contrast and what cameras do, to all of it
        face = (face - 128) * rng.uniform(0.5, 1.3) + 128 + rng.normal(0, 20)
    if rng.random() < 0.3:
        face = cv2.GaussianBlur(face, (0, 0), rng.uniform(0.3, 1.2))
    if rng.random() < 0.3:
        face = face + rng.normal(0, rng.uniform(2, 12), face.shape)
    seen = (share < HIDDEN).astype(np.float32)
    counts = ((share >= HIDDEN) | (share <= SEEN)).astype(np.float32)
    return face.clip(0, 255).astype(np.uint8), seen, counts


def train(data: str, out: Path, most: int, epochs: int) -> None:
    """Train on made covers and write the ONNX file."""
    import torch
    from torch import nn

    torch.manual_seed(0)
    images, regions = training_faces(data, most)
    rng = np.random.default_rng(1)
    print(f"{len(images)} faces")

    def block(before: int, after: int) -> nn.Sequential:
        return nn.Sequential(
            nn.Conv2d(before, after, 3, padding=1, bias=False),
            nn.BatchNorm2d(after),
            nn.ReLU(),
            nn.MaxPool2d(2),
        )

    network = nn.Sequential(
        block(1, 16),
        block(16, 32),
        block(32, 48),
        nn.Flatten(),
        nn.Dropout(0.2),
        nn.Linear(48 * 36, 32),
        nn.ReLU(),
        nn.Linear(32, len(REGIONS)),
    )

    class Whole(nn.Module):
        """Pixels in, probabilities out; each face brought to its own mean and spread."""

        def __init__(self) -> None:
            super().__init__()
            self.network = network

        def forward(self, faces: torch.Tensor) -> torch.Tensor:
            values = faces.float()
            mean = values.mean(dim=(1, 2), keepdim=True)
            spread = (values - mean).square().mean(dim=(1, 2), keepdim=True).sqrt()
            return self.network(((values - mean) / (spread + 8))[:, None])

    whole = Whole()
    batch = 128
    steps = epochs * (len(images) // batch)
    optimiser = torch.optim.AdamW(whole.parameters(), 3e-3, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 3e-3, total_steps=steps)
    begun = time.perf_counter()
    for step in range(steps):
        rows = rng.integers(0, len(images), batch)
        made = [covered(images[row], regions[row], images, rng) for row in rows]
        faces, seen, counts = (torch.from_numpy(np.stack(part)) for part in zip(*made, strict=True))
        if rng.random() < 0.5:
            faces = faces.flip(2)
            order = [0, 2, 1, 4, 3]
            seen, counts = seen[:, order], counts[:, order]
        loss = nn.functional.binary_cross_entropy_with_logits(whole(faces), seen, counts)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        if step % 200 == 0 or step == steps - 1:
            print(f"step {step} of {steps}: loss {loss.item():.4f}", flush=True)
    print(f"{time.perf_counter() - begun:.0f} s")

    class Export(nn.Module):
        def forward(self, faces: torch.Tensor) -> torch.Tensor:
            return torch.sigmoid(whole(faces))

    whole.eval()
    torch.onnx.export(
        Export().eval(),
        (torch.zeros(2, SIDE, SIDE, dtype=torch.uint8),),
        str(out),
        input_names=["faces"],
        output_names=["seen"],
        dynamo=True,
        external_data=False,
        dynamic_shapes=({0: torch.export.Dim("n")},),
    )
    print(f"{out}: {out.stat().st_size} bytes")


def measure(folder: Path) -> None:
    """What the network says of covered and of plain photos."""
    from mien.vision.signs.visible_regions import LEAST_SEEN, RegionNetwork

    detector, mesher, network = create_detector("centerface"), MeshNetwork(), RegionNetwork()
    rng = np.random.default_rng(0)
    with (folder / "labels.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))[::3]
    found: dict[tuple[str, str], list[bool]] = {}
    for row in rows:
        image = read_image(folder / "images" / row["file"])
        faces = detector.detect(image)[:1]
        if not faces:
            continue
        (mesh,) = mesher.read(image, [square_of_detection(faces[0])])
        seen = network.read([mesh.crop])[0]
        for name, value in zip(REGIONS, seen, strict=True):
            found.setdefault(("plain", name), []).append(value < LEAST_SEEN)
        for group in (("mouth",), ("left_eye", "right_eye"), ("left_brow", "right_brow")):
            mask = np.zeros(image.shape[:2], np.uint8)
            for name in group:
                hull = cv2.convexHull(mesh.points[list(POINTS[name]), :2].round().astype(np.int32))
                cv2.fillConvexPoly(mask, hull, 1)
            wide = int(np.ptp(mesh.points[:468, 0]) * 0.08) | 1
            mask = cv2.dilate(mask, np.ones((wide, wide), np.uint8)) > 0
            skin = image[tuple(mesh.points[50, 1::-1].astype(int).clip(0, 249))]
            fills = {
                "black": np.zeros_like(image),
                "white": np.full_like(image, 235),
                "skin": np.broadcast_to(skin, image.shape),
                "noise": rng.integers(0, 256, image.shape, dtype=np.uint8),
                "stripes": np.broadcast_to(
                    np.uint8(127 + 100 * np.sign(np.sin(np.arange(image.shape[1]) / 3)))[:, None],
                    image.shape,
                ),
                "another photo": np.rot90(image).copy()[: image.shape[0], : image.shape[1]],
                "filled in from around": cv2.inpaint(
                    image, mask.astype(np.uint8), 3, cv2.INPAINT_TELEA
                ),
            }
            for how, fill in fills.items():
                made = image.copy()
                made[mask] = fill[mask]
                # As a user's: the mesh is sought anew.
                (again,) = mesher.read(made, [square_of_detection(faces[0])])
                seen = dict(zip(REGIONS, network.read([again.crop])[0], strict=True))
                for name in group:
                    found.setdefault((how, name), []).append(seen[name] < LEAST_SEEN)
    kinds = list(dict.fromkeys(how for how, _ in found))
    print("| covered by | " + " | ".join(REGIONS) + " |")
    print("| --- |" + " ---: |" * len(REGIONS))
    for how in kinds:
        cells = [f"{np.mean(found[how, name]):.0%}" for name in REGIONS]
        print(f"| {how} | " + " | ".join(cells) + " |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["train", "measure"])
    parser.add_argument("photos", type=Path, nargs="?")
    parser.add_argument("--data", default="fer2013")
    parser.add_argument("--faces", type=int, default=8000)
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--out", type=Path, default=Path("visible_regions.onnx"))
    options = parser.parse_args()
    if options.what == "train":
        train(options.data, options.out, options.faces, options.epochs)
    else:
        measure(options.photos)


if __name__ == "__main__":
    main()
