"""A TFLite graph as an ONNX graph: channels first, explicit pads, float16 constants kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from build_hook.errors import BuildError
from build_hook.onnx_file import FLOAT, OnnxGraph
from build_hook.tflite.operations import OPERATIONS
from build_hook.tflite.reading import TfliteFile, read
from build_hook.tflite.tensors import TO_FIRST, Tensors


def to_onnx(
    content: bytes,
    *,
    name: str,
    inputs: str,
    outputs: Mapping[int, str],
    pixels: tuple[float, float] | None = None,
    metadata: Mapping[str, str] | None = None,
) -> bytes:
    """Convert a TFLite file with one input.

    Parameters
    ----------
    content : bytes
        The TFLite file.
    name : str
        The graph's name.
    inputs : str
        The name of the input in the ONNX file.
    outputs : mapping of int to str
        Which of the file's outputs are kept, and their names; what only the others need goes.
    pixels : (float, float), optional
        The input then is ``uint8`` pixels ``(N, H, W, 3)``, and the network is given
        ``pixels * scale + offset``. Without it the input is float32 as in the TFLite file.
    metadata : mapping of str to str, optional
        Written into the file.

    Raises
    ------
    BuildError
        If the file has an operation that the converter does not know.
    """
    file = read(content)
    graph = OnnxGraph()
    tensors = Tensors(file, graph)
    _begin(file, graph, tensors, inputs, pixels)
    wanted = [file.outputs[position] for position in outputs]
    needed = _needed(file, wanted)
    for operator in file.operators:
        if operator.output not in needed or operator.name == "DEQUANTIZE":
            continue
        if operator.name not in OPERATIONS:
            raise BuildError(f"{name}: the converter does not know {operator.name}")
        OPERATIONS[operator.name](operator, tensors)
    for number, word in zip(wanted, outputs.values(), strict=True):
        graph.add("Identity", [tensors.channels_last(number)], word)
        graph.declare_output(word, "float32", _free(file.shapes[number], pixels is not None))
    return graph.file(name, metadata or {})


def _begin(
    file: TfliteFile,
    graph: OnnxGraph,
    tensors: Tensors,
    word: str,
    pixels: tuple[float, float] | None,
) -> None:
    (number,) = file.inputs
    shape = file.shapes[number]
    if pixels is None:
        graph.declare_input(word, "float32", shape)
        tensors.set_channels_last(number, word)
        return
    graph.declare_input(word, "uint8", _free(shape, True))
    scale, offset = pixels
    name = graph.add("Cast", [word], to=FLOAT)
    name = graph.add("Transpose", [name], perm=TO_FIRST)
    name = graph.add("Mul", [name, graph.constant(np.array(scale, np.float32))])
    if offset:
        name = graph.add("Add", [name, graph.constant(np.array(offset, np.float32))])
    tensors.set_channels_first(number, name)


def _needed(file: TfliteFile, outputs: Sequence[int]) -> set[int]:
    """The tensors on which the outputs depend."""
    needed = set(outputs)
    for operator in reversed(file.operators):
        if operator.output in needed:
            needed.update(operator.inputs)
    return needed


def _free(shape: Sequence[int], batched: bool) -> list[int | str]:
    """The shape with its first dimension free, where a batch goes through the network."""
    return ["N", *shape[1:]] if batched else list(shape)
