// What is in an ONNX file, as far as onnxruntime-web does not give it (onnx.proto).

const MODEL_GRAPH = 7;
const MODEL_METADATA = 14;
const GRAPH_INITIALIZER = 5;
const TENSOR_INT32_DATA = 5;
const TENSOR_NAME = 8;

/**
 * The metadata of an ONNX file; Mien's card is under `mien.card`.
 * @param {Uint8Array} file
 * @returns {Record<string, string>}
 */
export function readMetadata(file) {
  /** @type {Record<string, string>} */
  const found = {};
  for (const [field, content] of messages(file)) {
    if (field !== MODEL_METADATA) continue;
    const parts = Object.fromEntries(messages(content));
    found[text(parts[1])] = text(parts[2]);
  }
  return found;
}

/**
 * The same file with a switch on: an input that is false where it is not given, which
 * onnxruntime-web does not let one give.
 * @param {Uint8Array} file
 * @param {string} name
 * @returns {Uint8Array | null} null for a file that has no such input
 */
export function switchedOn(file, name) {
  const changed = file.slice();
  for (const [field, graph] of messages(changed)) {
    if (field !== MODEL_GRAPH) continue;
    for (const [part, tensor] of messages(graph)) {
      if (part !== GRAPH_INITIALIZER) continue;
      const fields = Object.fromEntries(messages(tensor));
      if (!fields[TENSOR_NAME] || text(fields[TENSOR_NAME]) !== name) continue;
      if (fields[TENSOR_INT32_DATA]?.length !== 1) return null;
      fields[TENSOR_INT32_DATA][0] = 1;
      return changed;
    }
  }
  return null;
}

/** @param {Uint8Array} bytes */
function text(bytes) {
  return new TextDecoder().decode(bytes);
}

/**
 * The length-delimited fields of a protobuf message, as views of its bytes.
 * @param {Uint8Array} bytes
 * @returns {Generator<[field: number, content: Uint8Array]>}
 */
function* messages(bytes) {
  let at = 0;
  const varint = () => {
    let [value, scale] = [0, 1];
    for (;;) {
      const byte = bytes[at];
      at += 1;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      scale *= 128;
    }
  };
  while (at < bytes.length) {
    const key = varint();
    const kind = key % 8;
    if (kind === 2) {
      const length = varint();
      yield [Math.floor(key / 8), bytes.subarray(at, at + length)];
      at += length;
    } else if (kind === 0) varint();
    else if (kind === 1) at += 8;
    else if (kind === 5) at += 4;
    else throw new Error("not a protobuf message");
  }
}
