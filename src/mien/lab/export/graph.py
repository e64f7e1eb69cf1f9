"""The network as it goes into a model file: preprocessing and calibration inside the graph."""

from __future__ import annotations

import io
import warnings
from typing import Any

import onnx
import torch
from torch import Tensor, nn

from mien.card import ACTIVATION_MAPS, EMBEDDING, METADATA_KEY, ModelCard
from mien.lab.data.preprocess import Input
from mien.lab.data.views import single_view
from mien.lab.export.optional_maps import add_optional_maps
from mien.lab.models import Network

OPSET = 18


class CalibratedNetwork(nn.Module):
    """``uint8 (N, side, side[, 3])`` crops in; probabilities and the embedding out.

    One ``float32 (N, labels)`` a head, and after them ``(N, D)``.
    """

    def __init__(self, network: Network, options: Input, temperatures: dict[str, float]) -> None:
        super().__init__()
        self.network = network
        self.options = options
        self.temperatures = temperatures

    def forward(self, faces: Tensor) -> tuple[Tensor, ...]:
        """Central crop, preprocessing, logits, temperature, softmax."""
        embedding = self.network.embed(single_view(faces, self.options)[0])
        logits = self.network.classify(embedding)
        probabilities = (
            torch.softmax(logits[head] / temperature, dim=1)
            for head, temperature in self.temperatures.items()
        )
        return (*probabilities, embedding)


class MappedNetwork(nn.Module):
    """``uint8 (N, side, side[, 3])`` crops in, activation maps of one head out.

    They are ``(N, labels, h, w)``.
    """

    def __init__(self, network: Network, options: Input, head: str) -> None:
        super().__init__()
        self.network = network
        self.options = options
        self.head = head

    def forward(self, faces: Tensor) -> Tensor:
        """Central crop, preprocessing, maps."""
        maps = self.network.embed_with_maps(single_view(faces, self.options)[0], self.head)[1]
        assert maps is not None
        return maps


def to_onnx(network: CalibratedNetwork, card: ModelCard) -> bytes:
    """The bytes of an ONNX file with a dynamic batch and the card in its metadata."""
    fused = network.network.fused()
    plain = CalibratedNetwork(fused, network.options, network.temperatures)
    model = _exported(plain, card, [*card.heads, EMBEDDING])
    if card.activation_maps is not None:
        # Of the same fused network: the file then holds each weight once.
        mapped = MappedNetwork(fused, network.options, next(iter(card.heads)))
        add_optional_maps(model, _exported(mapped, card, [ACTIVATION_MAPS]))
    return _with_card(model, card)


def with_card(content: bytes, card: ModelCard) -> bytes:
    """The bytes of an ONNX file with another card in its metadata."""
    return _with_card(onnx.load_from_string(content), card)


def _with_card(model: onnx.ModelProto, card: ModelCard) -> bytes:
    onnx.helper.set_model_props(model, {METADATA_KEY: card.to_json()})
    onnx.checker.check_model(model, full_check=True)
    content: bytes = model.SerializeToString()
    return content


def _exported(module: nn.Module, card: ModelCard, outputs: list[str]) -> onnx.ModelProto:
    example = torch.zeros(2, *card.input_shape, dtype=torch.uint8)
    exported: Any
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exported = torch.onnx.export(
            module.eval(),
            (example,),
            input_names=["faces"],
            output_names=outputs,
            dynamic_shapes=({0: torch.export.Dim("faces")},),
            opset_version=OPSET,
            dynamo=True,
            verbose=False,
        )
    buffer = io.BytesIO()
    exported.save(buffer)
    model = onnx.load_from_string(buffer.getvalue())
    _strip_notes(model.graph)
    return model


def _strip_notes(graph: onnx.GraphProto) -> None:
    """Drop the exporter's notes: stack traces that name folders of this machine."""
    values = (*graph.input, *graph.output, *graph.value_info, *graph.initializer)
    for part in (graph, *graph.node, *values):
        del part.metadata_props[:]
