"""What the lab's verbs share: the check that it is installed, and the ``--threads`` option."""

from __future__ import annotations

import importlib.util
from typing import Annotated

import typer

from mien.errors import MissingExtraError
from mien.installing import how_to_install

_NEEDED = (
    "torch",
    "torchvision",
    "captum",
    "imblearn",
    "jinja2",
    "matplotlib",
    "sklearn",
    "scipy",
    "pyarrow",
    "safetensors",
    "onnx",
    "onnxscript",
    "yaml",
)

Threads = Annotated[
    int | None,
    typer.Option(min=1, help="CPU threads; all cores when not given.", show_default=False),
]


DeviceName = Annotated[
    str, typer.Option("--device", help="auto, cpu, cuda, cuda:1 or mps.", show_default=True)
]


def require_lab() -> None:
    """Raise ``MissingExtraError`` unless the libraries of ``mien[lab]`` are installed."""
    missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise MissingExtraError(
            f"the lab is not installed (no {', '.join(missing)})",
            hint=f"install it with: {how_to_install('lab')}",
        )


def set_threads(threads: int | None) -> None:
    """Use ``threads`` CPU threads in torch; its own choice when None."""
    import torch

    if threads is not None:
        torch.set_num_threads(threads)
