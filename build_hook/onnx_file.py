"""An ONNX file, written field by field (onnx.proto3): its bytes depend on no library's version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from build_hook import protobuf

OPERATOR_SET, _IR_VERSION = 17, 8
"""ONNX Runtime has known both since 1.15."""

FLOAT = 1
"""ONNX's number for float32, as a Cast is given it."""

_TENSOR_TYPES = {"float32": FLOAT, "uint8": 2, "int64": 7, "float16": 10}
_KIND_FLOAT, _KIND_INT, _KIND_STRING, _KIND_INTS = 1, 2, 3, 7

Attribute = int | float | str | Sequence[int]
Shape = Sequence[int | str]


@dataclass
class OnnxGraph:
    """Nodes in the order they are computed, their constants, and what goes in and comes out."""

    nodes: list[bytes] = field(default_factory=list)
    constants: list[bytes] = field(default_factory=list)
    inputs: list[bytes] = field(default_factory=list)
    outputs: list[bytes] = field(default_factory=list)
    _names: int = 0

    def add(
        self,
        operation: str,
        inputs: Sequence[str],
        output: str | None = None,
        /,
        **attributes: Attribute,
    ) -> str:
        """Append a node with one output and return the output's name."""
        output = output or self._name()
        body = b"".join(protobuf.content(1, each) for each in inputs)
        body += protobuf.content(2, output) + protobuf.content(4, operation)
        body += b"".join(
            protobuf.content(5, _attribute(name, value)) for name, value in attributes.items()
        )
        self.nodes.append(body)
        return output

    def constant(self, values: npt.NDArray[np.generic]) -> str:
        """Put an array into the file and return its name."""
        name = self._name()
        body = b"".join(protobuf.number(1, size) for size in values.shape)
        body += protobuf.number(2, _TENSOR_TYPES[values.dtype.name]) + protobuf.content(8, name)
        # raw_data is little-endian whatever the machine.
        body += protobuf.content(9, values.astype(values.dtype.newbyteorder("<")).tobytes())
        self.constants.append(body)
        return name

    def declare_input(self, name: str, dtype: str, shape: Shape) -> None:
        """Say what goes in; a dimension that is a word is free."""
        self.inputs.append(_declaration(name, dtype, shape))

    def declare_output(self, name: str, dtype: str, shape: Shape) -> None:
        """Say what comes out."""
        self.outputs.append(_declaration(name, dtype, shape))

    def file(self, name: str, metadata: Mapping[str, str]) -> bytes:
        """The bytes of the file."""
        graph = b"".join(protobuf.content(1, each) for each in self.nodes)
        graph += protobuf.content(2, name)
        for number, parts in ((5, self.constants), (11, self.inputs), (12, self.outputs)):
            graph += b"".join(protobuf.content(number, each) for each in parts)
        operators = protobuf.content(1, "") + protobuf.number(2, OPERATOR_SET)
        whole = protobuf.number(1, _IR_VERSION) + protobuf.content(2, "mien build_hook")
        whole += protobuf.content(7, graph) + protobuf.content(8, operators)
        for key, value in metadata.items():
            pair = protobuf.content(1, key) + protobuf.content(2, value)
            whole += protobuf.content(14, pair)
        return whole

    def _name(self) -> str:
        self._names += 1
        return f"t{self._names}"


def _attribute(name: str, value: Attribute) -> bytes:
    body = protobuf.content(1, name)
    if isinstance(value, str):
        return body + protobuf.content(4, value) + protobuf.number(20, _KIND_STRING)
    if isinstance(value, int):
        return body + protobuf.number(3, value) + protobuf.number(20, _KIND_INT)
    if isinstance(value, float):
        return body + protobuf.real(2, value) + protobuf.number(20, _KIND_FLOAT)
    body += b"".join(protobuf.number(8, each) for each in value)
    return body + protobuf.number(20, _KIND_INTS)


def _declaration(name: str, dtype: str, shape: Shape) -> bytes:
    dimensions = b"".join(
        protobuf.content(
            1, protobuf.content(2, size) if isinstance(size, str) else protobuf.number(1, size)
        )
        for size in shape
    )
    tensor = protobuf.number(1, _TENSOR_TYPES[dtype]) + protobuf.content(2, dimensions)
    return protobuf.content(1, name) + protobuf.content(2, protobuf.content(1, tensor))
