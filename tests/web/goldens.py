"""What Python says of the made pictures, stage by stage: the contract with the reader in web/.

Write the files anew, after a stage was changed on purpose, with ``python tests/web/goldens.py``
(``tests`` and ``src`` on the path).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from vision.signs.made_faces import rotation

from mien.face_signs import BLENDSHAPE_NAMES, Gaze, HeadPose
from mien.packaged import find_model
from mien.server.reading.engine import explanation_to_dict
from mien.vision.classify import Classifier
from mien.vision.crop import crop_for_model
from mien.vision.detection.blazeface import BlazeFace
from mien.vision.detection.centerface import CenterFace
from mien.vision.detection.detector import Detection
from mien.vision.explain import explain_crops
from mien.vision.pixel_analyzer import PixelAnalyzer
from mien.vision.reading import make_reader, reading_names
from mien.vision.signs.eyes import eyes_open, gaze, iris_width
from mien.vision.signs.geometry import SHAPED_POINTS, mean_face, place_mean_face
from mien.vision.signs.mesh import POINTS
from mien.vision.signs.words import signs_of
from mien.vision.stream import StreamAnalyzer
from mien.vision.tracking.flow import follow, grey_for_flow
from web.made_pictures import PORTRAIT, clip, picture, pictures

FOLDER = Path(__file__).resolve().parents[1] / "golden"
MODELS = ("small", "default")


def detections() -> list[dict[str, Any]]:
    """BlazeFace on each picture."""
    detector = BlazeFace()
    return [
        {"name": name, "picture": recipe, "faces": _plain(detector.detect(picture(recipe)))}
        for name, recipe in pictures().items()
    ]


def centerface() -> list[dict[str, Any]]:
    """CenterFace on each picture, and on one with faces too small for BlazeFace."""
    detector = CenterFace()
    crowd = {
        "width": 900,
        "height": 700,
        "patches": [
            {"cut": PORTRAIT, "at": [60 + 160 * (n % 5), 40 + 210 * (n // 5)], "every": 3 + n % 3}
            for n in range(15)
        ],
    }
    return [
        {"name": name, "picture": recipe, "faces": _plain(detector.detect(picture(recipe)))}
        for name, recipe in {**pictures(), "a crowd": crowd}.items()
    ]


# Box, and the eyes: upright, rolled, beyond the picture's edge, tiny, larger than the picture.
_BOXES = {
    "upright": ((170, 70, 270, 200), ((195, 115), (245, 116))),
    "rolled clockwise": ((170.4, 70.7, 268.2, 199.1), ((200, 100), (243, 131))),
    "rolled the other way": ((160, 60, 280, 210), ((195, 150), (240, 90))),
    "beyond the edge": ((-40, -30, 60, 80), ((-15, 10), (30, 12))),
    "outside": ((600, 600, 640, 660), ((610, 620), (630, 620))),
    "tiny": ((210, 110, 226, 132), ((214, 117), (222, 118))),
    "the size of a crop": ((200, 100, 243, 144), ((210, 110), (232, 112))),
    "all of it": ((0, 0, 512, 512), ((150, 200), (360, 190))),
}


def crops() -> list[dict[str, Any]]:
    """Crops by the small model's card, out of the photo."""
    card, image = Classifier(find_model("small")).card, picture({})
    found = []
    for name, (box, eyes) in _BOXES.items():
        landmarks = (*eyes, *((float(box[0]), float(box[3])),) * 3)
        detection = Detection(box, 1.0, landmarks)
        pixels = crop_for_model(image, [detection], card)[0]
        found.append(
            {
                "name": name,
                "detection": _plain([detection])[0],
                "pixels": base64.b64encode(pixels.tobytes()).decode(),
            }
        )
    return found


def _crop_pixels() -> np.ndarray:
    found = [np.frombuffer(base64.b64decode(crop["pixels"]), np.uint8) for crop in crops()]
    return np.stack(found).reshape(-1, 48, 48)


def classified() -> list[dict[str, Any]]:
    """What both models say of the crops, by every reading."""
    found = []
    for model in MODELS:
        classifier = Classifier(find_model(model))
        pixels = _crop_pixels()
        by_head, embeddings = classifier.classify_and_embed(pixels)
        mirrored = classifier.classify(np.ascontiguousarray(pixels[:, :, ::-1]))
        readings = {}
        for name in reading_names(classifier.card):
            reader = make_reader(classifier.card, name)
            read = reader.read(by_head, mirrored, embeddings)
            readings[name] = {
                "probabilities": np.round(read.probabilities, 6).tolist(),
                "doubts": np.round(read.doubts, 6).tolist(),
                "unsure_because": reader.why_unsure(read),
            }
        heads = {head: np.round(values, 6).tolist() for head, values in by_head.items()}
        found.append({"model": model, "heads": heads, "readings": readings})
    return found


def signs_in_words() -> list[dict[str, Any]]:
    """What is told of blendshapes, head and gaze, drawn at random but for their seed."""
    random = np.random.default_rng(7)
    found = []
    for number in range(40):
        values = np.round(random.beta(0.5, 0.9, len(BLENDSHAPE_NAMES)), 2)
        blendshapes = dict(zip(BLENDSHAPE_NAMES, values.tolist(), strict=True))
        head = [round(float(angle), 2) for angle in random.normal(0, 16, 3)]
        looks = None if number % 5 == 0 else [round(float(a), 2) for a in random.normal(0, 15, 2)]
        rest = {}
        if number % 3 == 0:
            rest = {name: round(value * 0.4, 2) for name, value in blendshapes.items()}
        told = signs_of(
            blendshapes, HeadPose(*head), None if looks is None else Gaze(*looks), rest=rest
        )
        found.append(
            {
                "blendshapes": blendshapes,
                "head": head,
                "gaze": looks,
                "rest": rest,
                "signs": [sign.to_dict() for sign in told],
            }
        )
    return found


def poses() -> list[dict[str, Any]]:
    """Heads turned by known angles: the mean face as a mesh, with some noise."""
    mean, random = mean_face(), np.random.default_rng(8)
    found = []
    for yaw, pitch, roll in ((0, 0, 0), (35, 10, -20), (-50, -25, 40), (10, -40, 170)):
        turned = mean.vertices @ rotation(yaw, pitch, roll).T * 9.5
        mesh = np.zeros((POINTS, 3), np.float32)
        mesh[:SHAPED_POINTS] = turned * (1, -1, -1) + (320, 240, 0)
        mesh[SHAPED_POINTS:] = mesh[[33, 133, 159, 145, 160, 362, 263, 386, 374, 387]]
        mesh = np.round(mesh + random.normal(0, 1.5, mesh.shape), 2).astype(np.float32)
        placement = place_mean_face(mesh)
        head = placement.head
        found.append(
            {
                "points": [[round(float(v), 2) for v in point] for point in mesh],
                "head": [round(angle, 3) for angle in (head.yaw, head.pitch, head.roll)],
                "scale": round(placement.scale, 5),
                "gaze": [
                    round(angle, 3)
                    for angle in (gaze(mesh, placement).yaw, gaze(mesh, placement).pitch)
                ],
                "eyes_open": [round(each, 4) for each in eyes_open(mesh)],
                "iris": round(iris_width(mesh, head.yaw, head.pitch), 4),
            }
        )
    return found


def frames_with_signs() -> list[dict[str, Any]]:
    """Each picture from pixels to JSON, with what is visible."""
    analyzer = PixelAnalyzer("small", detector="blazeface", signs=True)
    return [
        {"name": name, "picture": recipe, "frame": analyzer.analyze(picture(recipe)).to_dict()}
        for name, recipe in pictures().items()
    ]


def maps() -> list[dict[str, Any]]:
    """Where in the crops the small model sees what speaks for each word."""
    classifier = Classifier(find_model("small"))
    return [explanation_to_dict(each)["maps"] for each in explain_crops(classifier, _crop_pixels())]


def frames() -> list[dict[str, Any]]:
    """Each picture from pixels to JSON, with the small model."""
    analyzer = PixelAnalyzer("small", detector="blazeface")
    return [
        {"name": name, "picture": recipe, "frame": analyzer.analyze(picture(recipe)).to_dict()}
        for name, recipe in pictures().items()
    ]


def stream() -> list[dict[str, Any]]:
    """The clip from pixels to JSON, with who is who, with the small model."""
    analyzer = StreamAnalyzer("small", detector="blazeface")
    return [
        {
            "time": time,
            "picture": recipe,
            "frame": analyzer.analyze(picture(recipe), time).to_dict(),
        }
        for time, recipe in clip()
    ]


_FLOWS = {
    "a step": ((30, 5), (41, 9)),
    "standing still": ((60, 40), (60, 40)),
    "out of the picture": ((5, 30), (-70, 30)),
    "a leap": ((30, 5), (330, 200)),
}
"""Where the face was and is; ``every`` as in recipes."""


def flows() -> list[dict[str, Any]]:
    """A face followed by what moves in its box from one picture to the next, in two sizes."""
    found = []
    for name, places in _FLOWS.items():
        for width, height in ((640, 480), (800, 600)):
            recipes = [
                {
                    "width": width,
                    "height": height,
                    "patches": [{"cut": PORTRAIT, "at": list(place)}],
                }
                for place in places
            ]
            before, now = map(picture, recipes)
            (face,) = BlazeFace().detect(before)
            (moved,) = follow(grey_for_flow(before), grey_for_flow(now), [face], width)
            found.append(
                {
                    "name": f"{name}, {width} pixels wide",
                    "pictures": recipes,
                    "face": _plain([face])[0],
                    "moved": None if moved is None else _plain([moved])[0],
                }
            )
    return found


STAGES: dict[str, Callable[[], list[dict[str, Any]]]] = {
    "browser_detect.json": detections,
    "browser_centerface.json": centerface,
    "browser_crop.json": crops,
    "browser_classify.json": classified,
    "browser_flow.json": flows,
    "browser_frame.json": frames,
    "browser_maps.json": maps,
    "browser_signs_pose.json": poses,
    "browser_signs_words.json": signs_in_words,
    "browser_signs.json": frames_with_signs,
    "browser_stream.json": stream,
}
"""By file in ``tests/golden``, what makes it."""


def _plain(found: list[Detection]) -> list[dict[str, Any]]:
    return [
        {
            "xyxy": [round(float(value), 3) for value in each.xyxy],
            "score": round(each.score, 5),
            "landmarks": [[round(float(x), 3), round(float(y), 3)] for x, y in each.landmarks],
        }
        for each in found
        if each.landmarks is not None
    ]


def write() -> None:
    """Write all files, one line an entry."""
    for name, make in STAGES.items():
        lines = ",\n".join(json.dumps(entry) for entry in make())
        (FOLDER / name).write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    write()
