"""Activation maps in a model file that cost nothing until they are asked for.

ONNX Runtime computes every output of a graph on every run, whichever are fetched. So the graph of
the maps stands in a branch, taken only when the input ``MAPS_WANTED`` is true; that input has a
default, so that callers who do not know of it need not give it.
"""

from __future__ import annotations

import onnx
from onnx import TensorProto, helper

from mien.card import ACTIVATION_MAPS, MAPS_WANTED

_PREFIX = "maps/"


def add_optional_maps(model: onnx.ModelProto, maps: onnx.ModelProto) -> None:
    """Put the graph of ``maps`` into a branch of ``model``.

    Parameters
    ----------
    model : ModelProto
        Gets the input ``MAPS_WANTED`` and the output ``ACTIVATION_MAPS``: of no face unless wanted.
    maps : ModelProto
        With the same input as ``model`` and one output. Weights that ``model`` has too are shared.
    """
    graph = model.graph
    branch = helper.make_graph([], "wanted", [], [])
    branch.node.extend(maps.graph.node)
    kept = {_content(tensor): tensor.name for tensor in graph.initializer}
    renamed = {maps.graph.input[0].name: graph.input[0].name}
    for tensor in maps.graph.initializer:
        shared = kept.get(_content(tensor))
        renamed[tensor.name] = shared or _PREFIX + tensor.name
        if shared is None:
            graph.initializer.add().CopyFrom(tensor)
            graph.initializer[-1].name = renamed[tensor.name]
    for node in branch.node:
        node.name = _PREFIX + node.name
        for names in (node.input, node.output):
            for position, name in enumerate(names):
                if name:
                    names[position] = renamed.get(name, _PREFIX + name)
    result = branch.output.add()
    result.CopyFrom(maps.graph.output[0])
    result.name = _PREFIX + result.name
    labels = result.type.tensor_type.shape.dim[1].dim_value
    empty = helper.make_tensor("none", TensorProto.FLOAT, [0, labels, 1, 1], [])
    otherwise = helper.make_graph(
        [helper.make_node("Constant", [], ["nothing"], value=empty)],
        "not_wanted",
        [],
        [helper.make_tensor_value_info("nothing", TensorProto.FLOAT, [0, labels, 1, 1])],
    )
    graph.input.add().CopyFrom(helper.make_tensor_value_info(MAPS_WANTED, TensorProto.BOOL, []))
    graph.initializer.add().CopyFrom(helper.make_tensor(MAPS_WANTED, TensorProto.BOOL, [], [False]))
    graph.node.add().CopyFrom(
        helper.make_node(
            "If",
            [MAPS_WANTED],
            [ACTIVATION_MAPS],
            name=ACTIVATION_MAPS,
            then_branch=branch,
            else_branch=otherwise,
        )
    )
    shape = ["mapped_faces", labels, "map_height", "map_width"]
    graph.output.add().CopyFrom(
        helper.make_tensor_value_info(ACTIVATION_MAPS, TensorProto.FLOAT, shape)
    )


def without_maps(content: bytes) -> bytes:
    """A model file less the branch that ``add_optional_maps`` has put in, and what only it needs.

    Its metadata are lost; a file without such a branch stays what it is in all else.
    """
    model = onnx.load_from_string(content)
    graph = model.graph
    for part, name in (
        (graph.node, ACTIVATION_MAPS),
        (graph.output, ACTIVATION_MAPS),
        (graph.input, MAPS_WANTED),
        (graph.initializer, MAPS_WANTED),
    ):
        for each in [each for each in part if each.name == name]:
            part.remove(each)
    used = {name for node in graph.node for name in node.input}
    for tensor in [tensor for tensor in graph.initializer if tensor.name not in used]:
        graph.initializer.remove(tensor)
    del model.metadata_props[:]
    stripped: bytes = model.SerializeToString()
    return stripped


def _content(tensor: onnx.TensorProto) -> bytes:
    copy = onnx.TensorProto()
    copy.CopyFrom(tensor)
    copy.ClearField("name")
    content: bytes = copy.SerializeToString()
    return content
