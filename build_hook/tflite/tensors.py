"""The tensors of a TFLite graph while it is converted: constants, and two orders of axes.

TFLite keeps pictures as ``(N, H, W, C)``, ONNX as ``(N, C, H, W)``. Each tensor is kept in the
order in which it was made, and turned where, and only where, a step needs the other.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from build_hook.errors import BuildError
from build_hook.onnx_file import FLOAT, OnnxGraph
from build_hook.tflite.reading import TfliteFile

TO_FIRST, TO_LAST = (0, 3, 1, 2), (0, 2, 3, 1)


class Tensors:
    """Names in the ONNX graph of what the TFLite graph numbers."""

    def __init__(self, file: TfliteFile, graph: OnnxGraph) -> None:
        self.file = file
        self.graph = graph
        self._first: dict[int, str] = {}
        self._last: dict[int, str] = {}
        self._source = {
            each.output: each.inputs[0] for each in file.operators if each.name == "DEQUANTIZE"
        }

    def shape(self, number: int) -> tuple[int, ...]:
        """The shape that TFLite states, channels last."""
        return self.file.shapes[number]

    def is_constant(self, number: int) -> bool:
        """Whether it holds values from the start."""
        return self._source.get(number, number) in self.file.constants

    def values(self, number: int) -> npt.NDArray[np.generic]:
        """A constant's values: float16 where they are stored so.

        Raises
        ------
        BuildError
            If it is computed.
        """
        number = self._source.get(number, number)
        if number not in self.file.constants:
            raise BuildError(f"{self.file.names[number]}: a constant was expected")
        return self.file.constants[number]

    def weights(self, values: npt.NDArray[np.generic]) -> str:
        """A constant in float32 for the graph; float16 values stay so in the file."""
        name = self.graph.constant(np.ascontiguousarray(values))
        return self.graph.add("Cast", [name], to=FLOAT) if values.dtype == np.float16 else name

    def is_channels_first(self, number: int) -> bool:
        """Whether it was made with channels first."""
        return number in self._first and number not in self._last

    def channels_first(self, number: int) -> str:
        """A tensor of four axes as ``(N, C, H, W)``."""
        if number not in self._first:
            if self.is_constant(number):
                self._first[number] = self.weights(self.values(number).transpose(TO_FIRST))
            else:
                self._first[number] = self.graph.add(
                    "Transpose", [self._last[number]], perm=TO_FIRST
                )
        return self._first[number]

    def channels_last(self, number: int) -> str:
        """A tensor in the order of TFLite."""
        if number not in self._last:
            if self.is_constant(number):
                self._last[number] = self.weights(self.values(number))
            else:
                self._last[number] = self.graph.add(
                    "Transpose", [self._first[number]], perm=TO_LAST
                )
        return self._last[number]

    def set_channels_first(self, number: int, name: str) -> None:
        """State the name of a tensor that was made as ``(N, C, H, W)``."""
        self._first[number] = name

    def set_channels_last(self, number: int, name: str) -> None:
        """State the name of a tensor that was made in the order of TFLite."""
        self._last[number] = name
