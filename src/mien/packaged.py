"""The files that come inside the package: what they are, where they lie, whether they are whole."""

from __future__ import annotations

import hashlib
import importlib.resources
from dataclasses import dataclass
from pathlib import Path

from mien.errors import MienError, ModelFileError, UsageError
from mien.installing import how_to_install, how_to_reinstall
from mien.options import file_path

_REINSTALL = f"reinstall with: {how_to_reinstall()}"


@dataclass(frozen=True, slots=True)
class PackagedFile:
    """A file that every installation of Mien has.

    Attributes
    ----------
    name : str
        File name, unique among the packaged files.
    folder : str
        Folder inside the package: ``"weights"`` or ``"samples"``.
    sha256 : str
        SHA-256 of the whole file, 64 hexadecimal digits.
    summary : str
        What it is, in one clause.
    licence : str
        Its licence, in one clause.
    """

    name: str
    folder: str
    sha256: str
    summary: str
    licence: str

    @property
    def path(self) -> Path:
        """Where the file lies, or should lie, in this installation."""
        return package_folder() / self.folder / self.name


CENTERFACE = PackagedFile(
    name="centerface.onnx",
    folder="weights",
    sha256="7d3db98f20b064962c0f4acc3a36af98a9d5a461de660da5594e33bd5362b167",
    summary="face detector CenterFace (Xu et al. 2019, arXiv:1911.03599)",
    licence="MIT, Star-Clouds; see centerface.LICENSE.txt",
)
ASTRONAUT = PackagedFile(
    name="astronaut.png",
    folder="samples",
    sha256="88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5",
    summary="portrait of Eileen Collins by NASA, 512×512, one face",
    licence="public domain; see astronaut.txt",
)
_GOOGLE = "Apache-2.0, Google; see mediapipe.LICENSE.txt"
FACE_MESH = PackagedFile(
    name="face_mesh.onnx",
    folder="weights",
    sha256="231fa02a97731bcfc2e0fd30a3a95666045a633ac669910d24b62155778f3b7d",
    summary="478 points of a face (MediaPipe face landmarker)",
    licence=_GOOGLE,
)
BLENDSHAPES = PackagedFile(
    name="blendshapes.onnx",
    folder="weights",
    sha256="2a16028f3975d1def0dde9a468c4201bc92c3a47d3aa8b880ab24909454105d0",
    summary="52 blendshapes from points of a face (MediaPipe face landmarker)",
    licence=_GOOGLE,
)
FACE_GEOMETRY = PackagedFile(
    name="face_geometry.json",
    folder="weights",
    sha256="d2d0a9f53751717991deeee424d54a1d3afdda9b4dce18934b0958075543fdd0",
    summary="the mean face in centimetres (MediaPipe face landmarker)",
    licence=_GOOGLE,
)
BODY_POSE = PackagedFile(
    name="body_pose.onnx",
    folder="weights",
    sha256="4fbde5642865cecfe044c752b36b5269fd21f73407f36df8c7e55349191c08c0",
    summary="33 points of a body (MediaPipe pose landmarker, full)",
    licence=_GOOGLE,
)

BLAZEFACE_NEAR = PackagedFile(
    name="blazeface_near.onnx",
    folder="weights",
    sha256="531fb96b43c8bbc52c91c79321b3d6b6786f5ff6b1b800350bc345273e1a5b47",
    summary="face detector BlazeFace for faces that fill the picture (MediaPipe, short range)",
    licence=_GOOGLE,
)
BLAZEFACE_FAR = PackagedFile(
    name="blazeface_far.onnx",
    folder="weights",
    sha256="d54ecde31ce72fe213a87477bd4d13d887b10cc9294e6e45f7a9c2e5778e44bf",
    summary="face detector BlazeFace for smaller faces (MediaPipe, full range)",
    licence=_GOOGLE,
)
VISIBLE_REGIONS = PackagedFile(
    name="visible_regions.onnx",
    folder="weights",
    sha256="1d398ac32fc45dfc40dacb76d645b70e55e8a7e82d167cb4c7c893c4ab679cbd",
    summary="which regions of a face are covered: 5 regions, trained on FER2013",
    licence="MIT",
)

DEFAULT_MODEL = PackagedFile(
    name="mien-vgg8-robust.onnx",
    folder="weights",
    sha256="55f2b6df6334c9b502bd5a79373c27957a0d0861a9518cb52d492069a27851f8",
    summary="expression model: VGG-8 for photos as they come, FER2013, FER+ and everyday heads",
    licence="MIT",
)
CROPS_MODEL = PackagedFile(
    name="mien-vgg8.onnx",
    folder="weights",
    sha256="e8017dacf4367c3593a1691d364339a825b31a65ac9ef6ad2dbbc10829dccd57",
    summary="expression model: VGG-8 for clean crops like FER2013's, FER2013 and FER+ heads",
    licence="MIT",
)
SMALL_MODEL = PackagedFile(
    name="mien-vgg8-small-robust.onnx",
    folder="weights",
    sha256="e20b1117ffe47ac259a79f86a62470b925d89ff34a70f2305988a4f72c35c1f0",
    summary="expression model: VGG-8 of 19 MMAC for photos as they come, three heads",
    licence="MIT",
)
FAST_MODEL = PackagedFile(
    name="mien-vgg8-robust-int8.onnx",
    folder="weights",
    sha256="06884f77953809e8bda3a0df086761a99aee63ef5e8cb022aafbc653bf73f704",
    summary="expression model: the default one in 8-bit integers, without activation maps",
    licence="MIT",
)

EXPRESSION_MODELS: dict[str, PackagedFile] = {
    "default": DEFAULT_MODEL,
    "fast": FAST_MODEL,
    "small": SMALL_MODEL,
    "crops": CROPS_MODEL,
}
"""Mien's own expression models, by what they are for."""

SIGNS_FILES: tuple[PackagedFile, ...] = (FACE_MESH, BLENDSHAPES, FACE_GEOMETRY, BODY_POSE)
"""What the visible signs of faces and bodies need of MediaPipe's."""

PACKAGED_FILES: tuple[PackagedFile, ...] = (
    CENTERFACE,
    BLAZEFACE_NEAR,
    BLAZEFACE_FAR,
    *SIGNS_FILES,
    VISIBLE_REGIONS,
    *EXPRESSION_MODELS.values(),
    ASTRONAUT,
)


@dataclass(frozen=True, slots=True)
class Check:
    """Whether a packaged file is there and whole.

    Attributes
    ----------
    file : PackagedFile
        What was checked.
    problem : str or None
        None when its SHA-256 is the expected one, else what is wrong, in one clause.
    """

    file: PackagedFile
    problem: str | None

    @property
    def ok(self) -> bool:
        """Whether the file is there with the expected SHA-256."""
        return self.problem is None


def package_folder() -> Path:
    """The folder of the installed package ``mien``.

    Raises
    ------
    MienError
        If the package was imported from an archive, where ONNX Runtime cannot open files.
    """
    root = importlib.resources.files("mien")
    if not isinstance(root, Path):
        raise MienError(
            "Mien runs only from a folder, not from a zip archive",
            where=root,
            hint=f"install it with: {how_to_install()}",
        )
    return root


def find_model(name: Path | str | None = None) -> Path:
    """Path of a packaged expression model by its name or role, or of a model file.

    Parameters
    ----------
    name : Path or str, optional
        A role (``"default"``, ``"fast"``, ``"small"``, ``"crops"``), the name on a packaged model's
        card, or a file; the default model when None. A ``Path`` is returned as it is.

    Raises
    ------
    UsageError
        If it is neither a packaged model nor a file.
    ModelFileError
        If the weights are missing from the installation.
    """
    if name is None:
        return packaged_path(DEFAULT_MODEL)
    if not isinstance(name, str):
        return file_path("the model", name)
    by_name = model_names()
    if name in by_name:
        return packaged_path(by_name[name])
    if Path(name).is_file():
        return Path(name)
    raise UsageError(
        f"no model {name!r}", hint=f"name a .onnx file or one of: {', '.join(by_name)}"
    )


def model_names() -> dict[str, PackagedFile]:
    """The packaged expression models by the names on their cards, and by their roles."""
    files = EXPRESSION_MODELS.values()
    return {Path(file.name).stem.removeprefix("mien-"): file for file in files} | EXPRESSION_MODELS


def packaged_name(path: Path) -> str | None:
    """The name on the card of the packaged expression model that lies at ``path``, or None."""
    return next((name for name, file in model_names().items() if file.path == path), None)


def packaged_path(file: PackagedFile) -> Path:
    """Path of a packaged file that is there; its content is not looked at.

    Raises
    ------
    ModelFileError
        If weights are missing from the installation.
    MienError
        If another packaged file is missing.
    """
    path = file.path
    if path.is_file():
        return path
    kind = ModelFileError if file.folder == "weights" else MienError
    raise kind("this file of the package is missing", where=path, hint=_REINSTALL)


def check_packaged(file: PackagedFile) -> Check:
    """Compare a packaged file with its expected SHA-256."""
    try:
        found = sha256_of(file.path)
    except FileNotFoundError:
        return Check(file, f"missing; {_REINSTALL}")
    except OSError as error:
        return Check(file, f"cannot be read ({error.strerror or error})")
    if found != file.sha256:
        return Check(file, f"SHA-256 is {found[:12]}…, expected {file.sha256[:12]}…; {_REINSTALL}")
    return Check(file, None)


def check_all_packaged() -> tuple[Check, ...]:
    """``check_packaged`` for every packaged file, in the order of ``PACKAGED_FILES``."""
    return tuple(check_packaged(file) for file in PACKAGED_FILES)


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, 64 hexadecimal digits; raises ``OSError`` when it cannot be read."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
