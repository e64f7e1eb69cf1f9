// What CenterFace's network is shown, and what its maps mean.

import { sharedArea } from "./boxes.js";

/** @import { Pixels } from "../pixels/pixels.js" */
/** @import { Box, Point } from "./detection.js" */

/** Pixels of the network's input per cell of its output maps. */
const STRIDE = 4;

/** The network halves its input five times, so height and width must be multiples of this. */
export const MULTIPLE = 32;

/** Of two boxes that overlap more (intersection over union) the one with the lower score goes. */
const OVERLAP = 0.3;

/**
 * Frame a picture and lay it out for the network: channel by channel, 0 to 255; the frame, and what
 * fills the size up to multiples of 32, has the picture's mean colour.
 * @param {Pixels} view - RGB
 * @param {number} border - pixels added on every side
 */
export function layOut({ data, width, height, channels }, border) {
  const wide = Math.ceil((width + 2 * border) / MULTIPLE) * MULTIPLE;
  const high = Math.ceil((height + 2 * border) / MULTIPLE) * MULTIPLE;
  const size = wide * high;
  const input = new Float32Array(3 * size);
  for (let channel = 0; channel < 3; channel += 1) {
    let sum = 0;
    for (let at = channel; at < data.length; at += channels) sum += data[at];
    input.fill(sum / (width * height), channel * size, (channel + 1) * size);
    for (let y = 0; y < height; y += 1) {
      let to = channel * size + (y + border) * wide + border;
      let from = y * width * channels + channel;
      for (let x = 0; x < width; x += 1, to += 1, from += channels) input[to] = data[from];
    }
  }
  return { data: input, dims: [1, 3, high, wide] };
}

/** @typedef {{ xyxy: Box, score: number, landmarks: Point[] }} Seen - in pixels of the network's input */

/**
 * Turn the network's maps into boxes, best score first, each face once.
 * @param {Record<"heat" | "size" | "offset" | "points", Float32Array>} maps - heat: by cell, the
 *   probability of a face's centre; size: logarithms of height and width in cells; offset: of the
 *   centre inside the cell, y then x; points: landmarks, y and x by turns, as fractions of the box
 * @param {number} columns - cells in a row
 * @param {number} least - cells with a lower probability are skipped
 * @returns {Seen[]}
 */
export function decode({ heat, size, offset, points }, columns, least) {
  const cells = heat.length;
  /** @type {Seen[]} */
  const found = [];
  for (let cell = 0; cell < cells; cell += 1) {
    if (heat[cell] < least) continue;
    const halfHeight = Math.exp(size[cell]) * (STRIDE / 2);
    const halfWidth = Math.exp(size[cells + cell]) * (STRIDE / 2);
    const y = (Math.floor(cell / columns) + offset[cell] + 0.5) * STRIDE;
    const x = ((cell % columns) + offset[cells + cell] + 0.5) * STRIDE;
    const [left, top] = [x - halfWidth, y - halfHeight];
    found.push({
      xyxy: [left, top, x + halfWidth, y + halfHeight],
      score: heat[cell],
      landmarks: [0, 1, 2, 3, 4].map((number) => [
        left + points[(2 * number + 1) * cells + cell] * 2 * halfWidth,
        top + points[2 * number * cells + cell] * 2 * halfHeight,
      ]),
    });
  }
  found.sort((one, other) => other.score - one.score);
  /** @type {Seen[]} */
  const kept = [];
  for (const each of found) {
    if (!kept.some((other) => isOver(each.xyxy, other.xyxy))) kept.push(each);
  }
  return kept;
}

/**
 * @param {Box} one
 * @param {Box} other
 */
function isOver(one, other) {
  const shared = sharedArea(one, other);
  const [a, b] = [one, other].map(([left, top, right, bottom]) => (right - left) * (bottom - top));
  return shared > OVERLAP * (a + b - shared);
}
