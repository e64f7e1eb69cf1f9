"""MediaPipe's networks as ONNX say what LiteRT says of the TFLite files they were made of.

``golden/mediapipe.json`` was written by ``ai-edge-litert`` 2.1 from the files in the wheels.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from mien.media.image import read_image
from mien.packaged import ASTRONAUT, BLENDSHAPES, BODY_POSE, FACE_MESH, PackagedFile
from mien.vision.signs.blendshapes import MESH_POINTS

GOLDEN = json.loads((Path(__file__).parent / "golden" / "mediapipe.json").read_text())


def answers(file: PackagedFile, values: np.ndarray) -> dict[str, np.ndarray]:
    session = onnxruntime.InferenceSession(file.path, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    (given,) = session.get_inputs()
    return dict(zip(names, session.run(names, {given.name: values}), strict=True))


def golden(network: str, output: str) -> np.ndarray:
    return np.array(GOLDEN[network][output])


@pytest.fixture(scope="module")
def photo() -> np.ndarray:
    return read_image(ASTRONAUT.path)


def test_face_mesh(photo):
    face = photo[45:173, 160:288].repeat(2, 0).repeat(2, 1)
    found = answers(FACE_MESH, face[None])
    np.testing.assert_allclose(
        found["points"].reshape(-1), golden("face_mesh", "points"), atol=0.02
    )
    np.testing.assert_allclose(
        found["presence"].reshape(-1), golden("face_mesh", "presence"), atol=0.02
    )


def test_blendshapes():
    points = golden("face_mesh", "points").reshape(478, 3)[list(MESH_POINTS), :2]
    found = answers(BLENDSHAPES, points[None].astype(np.float32))
    np.testing.assert_allclose(
        found["blendshapes"], golden("blendshapes", "blendshapes"), atol=1e-4
    )


def test_body_pose(photo):
    found = answers(BODY_POSE, photo[None, ::2, ::2])
    for output, tolerance in (("points", 0.2), ("presence", 1e-3), ("world", 0.005)):
        np.testing.assert_allclose(
            found[output].reshape(-1), golden("body_pose", output), atol=tolerance
        )


@pytest.mark.parametrize("file", [FACE_MESH, BODY_POSE])
def test_a_batch_is_each_by_itself(file, photo):
    each = np.stack([photo[:256, 100:356], photo[100:356, 60:316]])
    together = answers(file, each)
    for number in range(2):
        alone = answers(file, each[number : number + 1])
        for name, values in alone.items():
            np.testing.assert_allclose(together[name][number], values[0], atol=1e-3)


@pytest.mark.parametrize("file", [FACE_MESH, BLENDSHAPES, BODY_POSE])
def test_half_precision_stays_so_in_the_file(file):
    onnx = pytest.importorskip("onnx")
    graph = onnx.load(file.path).graph
    half = sum(
        np.prod(each.dims)
        for each in graph.initializer
        if each.data_type == onnx.TensorProto.FLOAT16
    )
    whole = sum(
        np.prod(each.dims) for each in graph.initializer if each.data_type == onnx.TensorProto.FLOAT
    )
    assert half > 10 * whole
