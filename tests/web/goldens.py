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

from mien.packaged import find_model
from mien.vision.classify import Classifier
from mien.vision.crop import crop_for_model
from mien.vision.detection.blazeface import BlazeFace
from mien.vision.detection.detector import Detection
from mien.vision.pixel_analyzer import PixelAnalyzer
from mien.vision.reading import make_reader, reading_names
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


def classified() -> list[dict[str, Any]]:
    """What both models say of the crops, by every reading."""
    found = []
    for model in MODELS:
        classifier = Classifier(find_model(model))
        pixels = np.stack(
            [
                np.frombuffer(base64.b64decode(crop["pixels"]), np.uint8).reshape(48, 48)
                for crop in crops()
            ]
        )
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
    "browser_crop.json": crops,
    "browser_classify.json": classified,
    "browser_flow.json": flows,
    "browser_frame.json": frames,
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
