"""How each TFLite operation is said in ONNX."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import tflite

from build_hook.errors import BuildError
from build_hook.onnx_file import Attribute
from build_hook.tflite.reading import Operator
from build_hook.tflite.tensors import Tensors

Step = Callable[[Operator, Tensors], None]


def _same_pads(size: int, kernel: int, stride: int, dilation: int = 1) -> tuple[int, int]:
    """TensorFlow's SAME padding: what is odd goes to the end."""
    out = -(-size // stride)
    whole = max((out - 1) * stride + (kernel - 1) * dilation + 1 - size, 0)
    return whole // 2, whole - whole // 2


def _window(operator: Operator, tensors: Tensors, kernel: Sequence[int]) -> dict[str, list[int]]:
    """Strides, dilations and pads of a convolution or a pooling."""
    options = operator.options
    _, height, width, _ = tensors.shape(operator.inputs[0])
    strides = [options.StrideH(), options.StrideW()]
    window = {"strides": strides, "pads": [0, 0, 0, 0]}
    dilations = [1, 1]
    if hasattr(options, "DilationHFactor"):
        dilations = [options.DilationHFactor(), options.DilationWFactor()]
        window["dilations"] = dilations
    if options.Padding() == tflite.Padding.SAME:
        top, bottom = _same_pads(height, kernel[0], strides[0], dilations[0])
        left, right = _same_pads(width, kernel[1], strides[1], dilations[1])
        window["pads"] = [top, left, bottom, right]
    return window


def _activated(tensors: Tensors, name: str, function: int) -> str:
    """What is fused behind a step in TFLite, as a step of its own."""
    if function == tflite.ActivationFunctionType.NONE:
        return name
    if function == tflite.ActivationFunctionType.RELU:
        return tensors.graph.add("Relu", [name])
    if function == tflite.ActivationFunctionType.RELU6:
        limits = [tensors.graph.constant(np.array(each, np.float32)) for each in (0, 6)]
        return tensors.graph.add("Clip", [name, *limits])
    raise BuildError(f"the converter does not know the fused activation {function}")


def _convolution(operator: Operator, tensors: Tensors) -> None:
    weights = tensors.values(operator.inputs[1])
    _, height, width, channels = weights.shape
    if operator.name == "DEPTHWISE_CONV_2D":
        # (1, H, W, C·multiplier) → (C·multiplier, 1, H, W)
        filters, groups = weights.transpose(3, 0, 1, 2), tensors.shape(operator.inputs[0])[3]
    else:
        filters, groups = weights.transpose(0, 3, 1, 2), 1
        if channels != tensors.shape(operator.inputs[0])[3]:
            raise BuildError("the converter does not know grouped convolutions")
    inputs = [tensors.channels_first(operator.inputs[0]), tensors.weights(filters)]
    if len(operator.inputs) > 2 and operator.inputs[2] >= 0:
        inputs.append(tensors.weights(tensors.values(operator.inputs[2])))
    name = tensors.graph.add(
        "Conv",
        inputs,
        group=groups,
        kernel_shape=[height, width],
        **_window(operator, tensors, (height, width)),
    )
    name = _activated(tensors, name, operator.options.FusedActivationFunction())
    tensors.set_channels_first(operator.output, name)


def _largest(operator: Operator, tensors: Tensors) -> None:
    kernel = [operator.options.FilterHeight(), operator.options.FilterWidth()]
    name = tensors.graph.add(
        "MaxPool",
        [tensors.channels_first(operator.inputs[0])],
        kernel_shape=kernel,
        **_window(operator, tensors, kernel),
    )
    name = _activated(tensors, name, operator.options.FusedActivationFunction())
    tensors.set_channels_first(operator.output, name)


def _prelu(operator: Operator, tensors: Tensors) -> None:
    """``a·x + (1 − a)·relu(x)``, as two depthwise convolutions and a sum.

    ONNX Runtime keeps pictures in blocks of channels through convolutions, and leaves that order
    for PRelu and comes back: said this way, the face mesh runs 2.6 times as fast.
    """
    slopes = tensors.values(operator.inputs[1])
    if slopes.shape[:-1].count(1) != len(slopes.shape) - 1:
        raise BuildError("the converter does not know slopes that differ by place")
    slopes = slopes.reshape(-1, 1, 1, 1)
    here = tensors.channels_first(operator.inputs[0])
    above = tensors.graph.add("Relu", [here])
    rest = (1 - slopes.astype(np.float32)).astype(np.float32)
    size: dict[str, Attribute] = {"group": len(slopes), "kernel_shape": [1, 1]}
    parts = [
        tensors.graph.add("Conv", [here, tensors.weights(slopes)], **size),
        tensors.graph.add("Conv", [above, tensors.weights(rest)], **size),
    ]
    tensors.set_channels_first(operator.output, tensors.graph.add("Add", parts))


def _elementwise(word: str) -> Step:
    def step(operator: Operator, tensors: Tensors) -> None:
        first = any(tensors.is_channels_first(each) for each in operator.inputs)
        names = [_operand(tensors, each, first) for each in operator.inputs]
        name = tensors.graph.add(word, names)
        if operator.options is not None and hasattr(operator.options, "FusedActivationFunction"):
            name = _activated(tensors, name, operator.options.FusedActivationFunction())
        _set(tensors, operator.output, name, first)

    return step


def _operand(tensors: Tensors, number: int, first: bool) -> str:
    if not first:
        return tensors.channels_last(number)
    if tensors.is_constant(number) and len(tensors.shape(number)) < 4:
        values = tensors.values(number)
        whole = values.reshape((1,) * (4 - values.ndim) + values.shape)
        return tensors.weights(whole.transpose(0, 3, 1, 2))
    return tensors.channels_first(number)


def _set(tensors: Tensors, number: int, name: str, first: bool) -> None:
    if first:
        tensors.set_channels_first(number, name)
    else:
        tensors.set_channels_last(number, name)


def _square_of_difference(operator: Operator, tensors: Tensors) -> None:
    difference = tensors.graph.add("Sub", [tensors.channels_last(each) for each in operator.inputs])
    name = tensors.graph.add("Mul", [difference, difference])
    tensors.set_channels_last(operator.output, name)


def _unary(*words: str) -> Step:
    def step(operator: Operator, tensors: Tensors) -> None:
        (number,) = operator.inputs
        first = tensors.is_channels_first(number)
        name = tensors.channels_first(number) if first else tensors.channels_last(number)
        for word in words:
            name = tensors.graph.add(word, [name])
        _set(tensors, operator.output, name, first)

    return step


def _pad(operator: Operator, tensors: Tensors) -> None:
    # (axis, before and after), the axes in TFLite's order.
    widths = tensors.values(operator.inputs[1])[[0, 3, 1, 2]]
    pads = tensors.graph.constant(widths.T.reshape(-1).astype(np.int64))
    name = tensors.graph.add("Pad", [tensors.channels_first(operator.inputs[0]), pads])
    tensors.set_channels_first(operator.output, name)


def _resize(operator: Operator, tensors: Tensors) -> None:
    options = operator.options
    before = tensors.shape(operator.inputs[0])
    height, width = (int(each) for each in tensors.values(operator.inputs[1]))
    scales = np.array([1, 1, height / before[1], width / before[2]], np.float32)
    way = "asymmetric"
    if options.AlignCorners():
        way = "align_corners"
    elif options.HalfPixelCenters():
        way = "half_pixel"
    name = tensors.graph.add(
        "Resize",
        [tensors.channels_first(operator.inputs[0]), "", tensors.graph.constant(scales)],
        mode="linear",
        coordinate_transformation_mode=way,
    )
    tensors.set_channels_first(operator.output, name)


def _reshape(operator: Operator, tensors: Tensors) -> None:
    before, after = tensors.shape(operator.inputs[0]), tensors.shape(operator.output)
    # 0: as it comes, so that a batch stays one.
    sizes = [0 if before[:1] == after[:1] else after[0], *after[1:]] if after else []
    shape = tensors.graph.constant(np.array(sizes, np.int64))
    name = tensors.graph.add("Reshape", [tensors.channels_last(operator.inputs[0]), shape])
    tensors.set_channels_last(operator.output, name)


def _transpose(operator: Operator, tensors: Tensors) -> None:
    order = [int(axis) for axis in tensors.values(operator.inputs[1])]
    name = tensors.graph.add("Transpose", [tensors.channels_last(operator.inputs[0])], perm=order)
    tensors.set_channels_last(operator.output, name)


def _joined(operator: Operator, tensors: Tensors) -> None:
    names = [tensors.channels_last(each) for each in operator.inputs]
    name = tensors.graph.add("Concat", names, axis=int(operator.options.Axis()))
    tensors.set_channels_last(operator.output, name)


def _slice(operator: Operator, tensors: Tensors) -> None:
    options = operator.options
    if any((options.BeginMask(), options.EndMask(), options.EllipsisMask(), options.NewAxisMask())):
        begin, end = (tensors.values(each).astype(np.int64) for each in operator.inputs[1:3])
        for axis in range(len(begin)):
            if options.BeginMask() >> axis & 1:
                begin[axis] = 0
            if options.EndMask() >> axis & 1:
                end[axis] = tensors.shape(operator.inputs[0])[axis]
        if options.EllipsisMask() or options.NewAxisMask():
            raise BuildError("the converter does not know this kind of slice")
    else:
        begin, end = (tensors.values(each).astype(np.int64) for each in operator.inputs[1:3])
    dropped = [axis for axis in range(len(begin)) if options.ShrinkAxisMask() >> axis & 1]
    for axis in dropped:
        end[axis] = begin[axis] + 1
    parts = [begin, end, np.arange(len(begin)), tensors.values(operator.inputs[3])]
    names = [tensors.graph.constant(each.astype(np.int64)) for each in parts]
    name = tensors.graph.add("Slice", [tensors.channels_last(operator.inputs[0]), *names])
    if dropped:
        axes = tensors.graph.constant(np.array(dropped, np.int64))
        name = tensors.graph.add("Squeeze", [name, axes])
    tensors.set_channels_last(operator.output, name)


def _reduced(word: str) -> Step:
    def step(operator: Operator, tensors: Tensors) -> None:
        axes = [int(axis) for axis in tensors.values(operator.inputs[1]).reshape(-1)]
        kept = int(operator.options.KeepDims())
        here = tensors.channels_last(operator.inputs[0])
        if word == "ReduceSum":
            # Since operator set 13 its axes are an input; ReduceMean's are since 18.
            inputs = [here, tensors.graph.constant(np.array(axes, np.int64))]
            name = tensors.graph.add(word, inputs, keepdims=kept)
        else:
            name = tensors.graph.add(word, [here], axes=axes, keepdims=kept)
        tensors.set_channels_last(operator.output, name)

    return step


OPERATIONS: dict[str, Step] = {
    "ADD": _elementwise("Add"),
    "CONCATENATION": _joined,
    "CONV_2D": _convolution,
    "DEPTHWISE_CONV_2D": _convolution,
    "DIV": _elementwise("Div"),
    "LOGISTIC": _unary("Sigmoid"),
    "MAX_POOL_2D": _largest,
    "MEAN": _reduced("ReduceMean"),
    "MUL": _elementwise("Mul"),
    "NEG": _unary("Neg"),
    "PAD": _pad,
    "PRELU": _prelu,
    "RELU": _unary("Relu"),
    "RESHAPE": _reshape,
    "RESIZE_BILINEAR": _resize,
    "RSQRT": _unary("Sqrt", "Reciprocal"),
    "SQRT": _unary("Sqrt"),
    "SQUARED_DIFFERENCE": _square_of_difference,
    "STRIDED_SLICE": _slice,
    "SUB": _elementwise("Sub"),
    "SUM": _reduced("ReduceSum"),
    "TRANSPOSE": _transpose,
}
