// The expression model: face crops in, calibrated probabilities out.

import { mirrored } from "./crop.js";

/** @import { ModelCard } from "./card.js" */
/** @import { Network } from "./networks.js" */

/**
 * What the model says of `count` crops: by head one row a crop, and the embeddings, if the file
 * gives any.
 * @typedef {object} Classified
 * @property {number} count
 * @property {Record<string, Float32Array>} straight
 * @property {Record<string, Float32Array> | null} mirrored - of the crops' mirror images
 * @property {Float32Array | null} embeddings
 */

/** Faces a call, as in Python. */
const BATCH = 16;

/**
 * Ask a model about face crops, each once, and their mirror images where they are wanted.
 * @param {Network} network
 * @param {ModelCard} card
 * @param {Uint8Array} crops - `count` crops of the card's size, one after the other
 * @param {number} count
 * @param {boolean} mirror
 * @returns {Promise<Classified>}
 */
export async function classify(network, card, crops, count, mirror) {
  const heads = Object.keys(card.heads);
  const wanted = card.embedding === null ? heads : [...heads, "embedding"];
  if (!mirror) {
    const straight = await inBatches(network, card, crops, count, wanted);
    return { count, straight, mirrored: null, embeddings: straight.embedding ?? null };
  }
  // In one batch: two small ones take longer.
  const both = new Uint8Array(2 * crops.length);
  both.set(crops);
  both.set(mirrored(crops, card), crops.length);
  const found = await inBatches(network, card, both, 2 * count, wanted);
  const [straight, turned] = [0, 1].map((half) =>
    Object.fromEntries(
      wanted.map((name) => {
        const size = found[name].length / 2;
        return [name, found[name].subarray(half * size, (half + 1) * size)];
      }),
    ),
  );
  return { count, straight, mirrored: turned, embeddings: straight.embedding ?? null };
}

/**
 * @param {Network} network
 * @param {ModelCard} card
 * @param {Uint8Array} crops
 * @param {number} count
 * @param {string[]} outputs
 */
async function inBatches(network, card, crops, count, outputs) {
  const shape = [card.input_height, card.input_width, ...(card.colour === "rgb" ? [3] : [])];
  const size = shape.reduce((product, side) => product * side, 1);
  /** @type {Record<string, Float32Array[]>} */
  const parts = Object.fromEntries(outputs.map((name) => [name, []]));
  for (let from = 0; from < count; from += BATCH) {
    const number = Math.min(BATCH, count - from);
    const data = crops.slice(from * size, (from + number) * size);
    const found = await network.run({ faces: { data, dims: [number, ...shape] } }, outputs);
    for (const name of outputs) parts[name].push(found[name]);
  }
  return Object.fromEntries(outputs.map((name) => [name, joined(parts[name])]));
}

/** @param {Float32Array[]} parts */
function joined(parts) {
  if (parts.length === 1) return parts[0];
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
