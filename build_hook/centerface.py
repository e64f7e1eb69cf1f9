"""CenterFace's file, as ONNX Runtime can use it: a change of its declarations, of no weight."""

from __future__ import annotations

from collections.abc import Iterator

from build_hook.errors import BuildError

# ONNX is protobuf (onnx.proto3): these are the field numbers that ``free_input_size`` needs.
_MODEL_GRAPH, _GRAPH_INPUT, _GRAPH_OUTPUT = 7, 11, 12
_VARINT, _LENGTH_DELIMITED = 0, 2
_FREE_DIMENSION = bytes([10, 2, 0x12, 0])  # dim { dim_param: "" }, as long as dim { dim_value: 8 }


def free_input_size(model: bytes) -> bytes:
    """Let CenterFace's file take one image of any size, and let ONNX Runtime optimise it.

    The file declares a batch of ten 32×32 images, though nothing in the graph depends on it, and
    lists its weights as inputs, which keeps ONNX Runtime from folding and laying out constants:
    without the list the same network runs 2.4 times as fast. No weight is touched.
    """
    whole = bytearray()
    for number, chunk, body in _fields(model):
        if number != _MODEL_GRAPH:
            whole += chunk
            continue
        graph = bytearray()
        for inner_number, inner_chunk, inner_body in _fields(body):
            is_image = inner_body.startswith(b"\n\x07input.1\x12")
            if inner_number == _GRAPH_OUTPUT or (inner_number == _GRAPH_INPUT and is_image):
                # A shape of four dimensions of four bytes each ends the declaration; the second
                # dimension, the channels, stays.
                channels = inner_chunk[-12:-8]
                graph += inner_chunk[:-16] + _FREE_DIMENSION + channels + 2 * _FREE_DIMENSION
            elif inner_number != _GRAPH_INPUT:
                graph += inner_chunk
        whole += bytes([_MODEL_GRAPH << 3 | _LENGTH_DELIMITED]) + _to_varint(len(graph)) + graph
    return bytes(whole)


def _fields(message: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Field number, whole field and content (empty for a number) of each field of a message."""
    start = 0
    while start < len(message):
        tag, at = _from_varint(message, start)
        value, at = _from_varint(message, at)
        kind = tag & 7
        if kind not in (_VARINT, _LENGTH_DELIMITED):
            raise BuildError(
                f"centerface.onnx: unexpected protobuf field type {kind} at byte {start}"
            )
        end = at + value if kind == _LENGTH_DELIMITED else at
        yield tag >> 3, message[start:end], message[at:end]
        start = end


def _from_varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def _to_varint(value: int) -> bytes:
    parts = bytearray()
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    parts.append(value)
    return bytes(parts)
