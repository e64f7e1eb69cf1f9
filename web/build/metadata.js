// The card in an ONNX file's metadata, which onnxruntime-web does not give.

const METADATA_PROPS = 14; // ModelProto.metadata_props (onnx.proto): messages of key (1) and value (2).
const LENGTH_DELIMITED = 2;

/**
 * The metadata of an ONNX file.
 * @param {Uint8Array} file
 * @returns {Record<string, string>}
 */
export function readMetadata(file) {
  /** @type {Record<string, string>} */
  const found = {};
  for (const [field, content] of messages(file)) {
    if (field !== METADATA_PROPS) continue;
    const parts = Object.fromEntries(messages(content));
    found[text(parts[1])] = text(parts[2]);
  }
  return found;
}

/** @param {Uint8Array} bytes */
function text(bytes) {
  return new TextDecoder().decode(bytes);
}

/**
 * The length-delimited fields of a protobuf message.
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
    if (kind === LENGTH_DELIMITED) {
      const length = varint();
      yield [Math.floor(key / 8), bytes.subarray(at, at + length)];
      at += length;
    } else if (kind === 0) varint();
    else if (kind === 1) at += 8;
    else if (kind === 5) at += 4;
    else throw new Error("not a protobuf message");
  }
}
