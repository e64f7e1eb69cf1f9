"""A model file in 8-bit integers: static quantisation by ONNX Runtime."""

from __future__ import annotations

import contextlib
import io
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process

_BATCH = 64


def quantised(content: bytes, faces: NDArray[np.uint8]) -> bytes:
    """The convolutions of a model file in int8 but the first, everything else as it was.

    Weights are scaled channel by channel, activations by the 99.999th percentile of what ``faces``
    bring about (Krishnamoorthi 2018, arXiv 1806.08342, section 3): outliers would coarsen the rest.
    The first convolution has a single channel to read: int8 makes it no faster and costs accuracy.

    Parameters
    ----------
    content : bytes
        An ONNX file with one input of faces, as ``to_onnx`` makes it without activation maps.
    faces : ndarray of shape (n, height, width) or (n, height, width, 3), uint8
        What the activations are measured on: Training images.

    Returns
    -------
    bytes
        An ONNX file with the same inputs and outputs; the metadata are lost.
    """
    with tempfile.TemporaryDirectory() as folder:
        plain, prepared, target = (Path(folder) / f"{name}.onnx" for name in ("a", "b", "c"))
        plain.write_bytes(content)
        # It reports its progress with print.
        with contextlib.redirect_stdout(io.StringIO()):
            quant_pre_process(str(plain), str(prepared), skip_symbolic_shape=True)
            convolutions = [n.name for n in onnx.load(prepared).graph.node if n.op_type == "Conv"]
            quantize_static(
                str(prepared),
                str(target),
                _FaceReader(faces),
                quant_format=QuantFormat.QDQ,
                op_types_to_quantize=["Conv"],
                nodes_to_exclude=convolutions[:1],
                per_channel=True,
                activation_type=QuantType.QUInt8,
                weight_type=QuantType.QInt8,
                calibrate_method=CalibrationMethod.Percentile,
            )
        return target.read_bytes()


class _FaceReader(CalibrationDataReader):  # type: ignore[misc]
    def __init__(self, faces: NDArray[np.uint8]) -> None:
        self._batches: Iterator[NDArray[np.uint8]] = (
            faces[start : start + _BATCH] for start in range(0, len(faces), _BATCH)
        )

    def get_next(self) -> dict[str, NDArray[np.uint8]] | None:
        """The next batch, or None after the last."""
        batch = next(self._batches, None)
        return None if batch is None else {"faces": batch}
