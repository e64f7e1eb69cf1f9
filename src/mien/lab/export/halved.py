"""A model file whose weights are stored in 16 bits, and computed with in 32 as before."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

_LEAST_VALUES = 1024
_STORED = "/stored"


def halved(content: bytes) -> bytes:
    """The same graph, its large weights in float16 behind a cast to float32.

    ONNX Runtime carries the casts out once, when it opens the file; what is computed then is as
    fast as before. Each weight keeps 11 significant bits.

    Parameters
    ----------
    content : bytes
        An ONNX file.

    Returns
    -------
    bytes
        With the same inputs, outputs and metadata. Biases and other small tensors stay as they are,
        as do weights that float16 cannot hold: beyond 65,504.
    """
    model = onnx.load_from_string(content)
    graph = model.graph
    casts = []
    for tensor in graph.initializer:
        if tensor.data_type != TensorProto.FLOAT or np.prod(tensor.dims) < _LEAST_VALUES:
            continue
        values = numpy_helper.to_array(tensor)
        if np.abs(values).max() > np.finfo(np.float16).max:
            continue
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(values.astype(np.float16), name + _STORED))
        casts.append(helper.make_node("Cast", [tensor.name], [name], to=TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    onnx.checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString())
