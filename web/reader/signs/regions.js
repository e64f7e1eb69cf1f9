// Which regions of a face can be seen: the mesh draws a mouth under every mask.

import { greyOf } from "../pixels/pixels.js";
import { shrink } from "../pixels/resize.js";

/** @import { Network } from "../networks.js" */
/** @import { Pixels } from "../pixels/pixels.js" */

/** What the network tells of, in this order; the person's own left and right. */
export const REGIONS = ["mouth", "left_eye", "right_eye", "left_brow", "right_brow"];

const SIDE = 48;

/** Below this a region counts as covered. */
const LEAST_SEEN = 0.5;

/**
 * The regions that are covered, by face.
 * @param {Network} network
 * @param {readonly Pixels[]} crops - what the mesh's network was shown of each face
 * @returns {Promise<string[][]>}
 */
export async function readCovered(network, crops) {
  if (!crops.length) return [];
  const data = new Uint8Array(crops.length * SIDE * SIDE);
  crops.forEach((crop, at) => data.set(shrink(greyOf(crop), SIDE, SIDE).data, at * SIDE * SIDE));
  const { seen } = await network.run({ faces: { data, dims: [crops.length, SIDE, SIDE] } });
  return crops.map((_, face) => REGIONS.filter((__, at) => seen[face * REGIONS.length + at] < LEAST_SEEN));
}
