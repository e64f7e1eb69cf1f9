"""Opening a network with ONNX Runtime: the options that every network of Mien runs with."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any, ClassVar

import onnxruntime

from mien.errors import ModelFileError
from mien.installing import how_to_reinstall
from mien.packaged import PackagedFile, packaged_path


def open_session(path: Path, *, threads: int, hint: str) -> onnxruntime.InferenceSession:
    """Open an ONNX file on the CPU.

    Parameters
    ----------
    path : Path
    threads : int
        At least 1.
    hint : str
        What to do when the file cannot be opened, for the error.

    Raises
    ------
    ModelFileError
        If the file is missing or ONNX Runtime cannot read it.
    """
    if not path.is_file():
        raise ModelFileError("no such model file", where=path, hint=hint)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # A plan of the memory is kept for every input shape, and photos and batches come in many.
    options.enable_mem_pattern = False
    _share_arena()
    options.add_session_config_entry("session.use_env_allocators", "1")
    # Threads that wait by spinning take the processor from whoever decodes the next photo.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime's exceptions share no base class but Exception
        raise ModelFileError(
            "not an ONNX model that can be opened", where=path, hint=hint
        ) from error


class PackagedNetwork:
    """A network that comes with the package, opened when it is first asked.

    It can be pickled and opens its file anew. A subclass names the ``file``.
    """

    file: ClassVar[PackagedFile]

    def __init__(self, *, threads: int = 1) -> None:
        self._threads = threads

    def __getstate__(self) -> dict[str, Any]:
        return {"_threads": self._threads}

    @functools.cached_property
    def _session(self) -> onnxruntime.InferenceSession:
        path = packaged_path(self.file)
        return open_session(path, threads=self._threads, hint=f"try: {how_to_reinstall()}")


@functools.cache
def _share_arena() -> None:
    """Have one arena for all networks of the process, which asks for no more than it needs.

    By default each network has its own, which doubles what it asks for. Without any, photo after
    photo, the heap breaks into pieces and grows by a hundred megabytes.
    """
    memory = onnxruntime.OrtMemoryInfo(
        "Cpu", onnxruntime.OrtAllocatorType.ORT_ARENA_ALLOCATOR, 0, onnxruntime.OrtMemType.DEFAULT
    )
    as_requested = 1  # arena_extend_strategy: kSameAsRequested
    onnxruntime.create_and_register_allocator(
        memory, onnxruntime.OrtArenaCfg(0, as_requested, -1, -1)
    )
