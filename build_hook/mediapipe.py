"""MediaPipe's networks (Apache-2.0) as they go into the wheel: ONNX files, and a mesh as JSON."""

from __future__ import annotations

import io
import json
import struct
import zipfile

from build_hook import protobuf
from build_hook.tflite.convert import to_onnx

# Fields of MediaPipe's geometry_pipeline_metadata.proto and mesh_3d.proto.
_MESH, _BASIS = 1, 2
_VERTICES, _TRIANGLES = 3, 4
_LANDMARK, _WEIGHT = 1, 2

_AROUND_ZERO = (2 / 255, -1.0)  # pixels of 0 to 255 as −1 to 1
_FROM_ZERO = (1 / 255, 0.0)  # … as 0 to 1


def face_mesh(task: bytes) -> bytes:
    """The network of 478 points, out of ``face_landmarker.task``."""
    return to_onnx(
        _member(task, "face_landmarks_detector.tflite"),
        name="face_mesh",
        inputs="pixels",
        pixels=_FROM_ZERO,
        outputs={0: "points", 1: "presence"},
        metadata=_origin("MediaPipe face landmarker, face_landmarks_detector"),
    )


def blendshapes(task: bytes) -> bytes:
    """The network of 52 blendshapes from 146 of the points, out of ``face_landmarker.task``."""
    return to_onnx(
        _member(task, "face_blendshapes.tflite"),
        name="blendshapes",
        inputs="points",
        outputs={0: "blendshapes"},
        metadata=_origin("MediaPipe face landmarker, face_blendshapes"),
    )


def body_pose(file: bytes) -> bytes:
    """The network of 33 points of a body; its outline of the person is left out."""
    return to_onnx(
        file,
        name="body_pose",
        inputs="pixels",
        pixels=_FROM_ZERO,
        outputs={0: "points", 1: "presence", 4: "world"},
        metadata=_origin("MediaPipe pose_landmark_full"),
    )


def blazeface(file: bytes) -> bytes:
    """A BlazeFace detector."""
    return to_onnx(
        file,
        name="blazeface",
        inputs="pixels",
        pixels=_AROUND_ZERO,
        outputs={0: "boxes", 1: "scores"},
        metadata=_origin("MediaPipe BlazeFace"),
    )


def face_geometry(task: bytes) -> bytes:
    """The mean face in centimetres, out of ``face_landmarker.task``, as JSON.

    ``vertices``: x to the person's left (the picture's right), y up, z out of the face, for 468
    points; ``triangles``: their numbers; ``rigid``: numbers and weights of the points that
    expressions hardly move.
    """
    vertices: list[float] = []
    triangles: list[int] = []
    rigid: list[tuple[int, float]] = []
    whole = _member(task, "geometry_pipeline_metadata_landmarks.binarypb")
    for number, _, body in protobuf.fields(whole):
        if number == _MESH:
            for inner, _, values in protobuf.fields(body):
                if inner == _VERTICES:
                    vertices += _reals(values)
                elif inner == _TRIANGLES:
                    triangles += _numbers(values)
        elif number == _BASIS:
            parts = {inner: values for inner, _, values in protobuf.fields(body)}
            landmark = _numbers(parts.get(_LANDMARK, b"\0"))[0]
            rigid.append((landmark, _reals(parts[_WEIGHT])[0]))
    # A vertex: its place, then its place on a texture.
    places = [vertices[start : start + 3] for start in range(0, len(vertices), 5)]
    corners = [triangles[start : start + 3] for start in range(0, len(triangles), 3)]
    content = {
        "vertices": [[round(value, 5) for value in place] for place in places],
        "triangles": corners,
        "rigid": [[landmark, round(weight, 6)] for landmark, weight in rigid],
    }
    return (json.dumps(content, separators=(",", ":")) + "\n").encode()


def _origin(of: str) -> dict[str, str]:
    return {"origin": of, "licence": "Apache-2.0"}


def _member(task: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(task)) as archive:
        return archive.read(name)


def _reals(values: bytes) -> list[float]:
    return list(struct.unpack(f"<{len(values) // 4}f", values))


def _numbers(values: bytes) -> list[int]:
    found = []
    at = 0
    while at < len(values):
        value, at = protobuf.read_varint(values, at)
        found.append(value)
    return found
