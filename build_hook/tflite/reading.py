"""What a TFLite file says: tensors, constants and operators (through the package ``tflite``)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import tflite

_DTYPES = {
    tflite.TensorType.FLOAT32: np.float32,
    tflite.TensorType.FLOAT16: np.float16,
    tflite.TensorType.INT32: np.int32,
}
_OPERATORS = {
    number: name for name, number in vars(tflite.BuiltinOperator).items() if isinstance(number, int)
}


@dataclass(frozen=True)
class Operator:
    """One step: its name, its tensors by number (−1: left out), and its options."""

    name: str
    inputs: tuple[int, ...]
    output: int
    options: Any


@dataclass(frozen=True)
class TfliteFile:
    """The one graph of a file. ``constants`` are the tensors that hold values from the start."""

    shapes: tuple[tuple[int, ...], ...]
    names: tuple[str, ...]
    constants: dict[int, npt.NDArray[np.generic]]
    operators: tuple[Operator, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]


def read(content: bytes) -> TfliteFile:
    """Read a file; constants that are stored as float16 stay so."""
    model = tflite.Model.GetRootAs(content, 0)
    graph = model.Subgraphs(0)
    tensors = [graph.Tensors(number) for number in range(graph.TensorsLength())]
    shapes = tuple(
        tuple(int(size) for size in each.ShapeAsNumpy()) if each.ShapeLength() else ()
        for each in tensors
    )
    constants = {}
    for number, tensor in enumerate(tensors):
        buffer = model.Buffers(tensor.Buffer())
        if buffer.DataLength():
            values = buffer.DataAsNumpy().view(_DTYPES[tensor.Type()])
            constants[number] = values.reshape(shapes[number])
    operators = []
    for number in range(graph.OperatorsLength()):
        step = graph.Operators(number)
        code = model.OperatorCodes(step.OpcodeIndex())
        name = _OPERATORS[max(code.BuiltinCode(), code.DeprecatedBuiltinCode())]
        inputs = tuple(int(each) for each in step.InputsAsNumpy())
        operators.append(Operator(name, inputs, step.Outputs(0), _options(step)))
    return TfliteFile(
        shapes,
        tuple(each.Name().decode() for each in tensors),
        constants,
        tuple(operators),
        tuple(graph.Inputs(number) for number in range(graph.InputsLength())),
        tuple(graph.Outputs(number) for number in range(graph.OutputsLength())),
    )


def _options(step: Any) -> Any:
    """The operator's options in their own class, or None."""
    table = step.BuiltinOptions()
    kinds = {
        number: name
        for name, number in vars(tflite.BuiltinOptions).items()
        if isinstance(number, int)
    }
    name = kinds[step.BuiltinOptionsType()]
    if table is None or name == "NONE":
        return None
    options = getattr(tflite, name)()
    options.Init(table.Bytes, table.Pos)
    return options
