// A frame of a picture that was brought down to be read, in pixels of the picture itself.

import { rounded } from "./frame.js";

/** @import { Face, Frame } from "./types.js" */

/**
 * @param {Frame} frame
 * @param {{ width: number, height: number, scale: number }} size - of the picture, and what was read
 *   of it over it
 * @returns {Frame}
 */
export function scaled(frame, { width, height, scale }) {
  if (scale === 1) return frame;
  /** @param {number} value */
  const up = (value) => rounded(value / scale, 2);
  const faces = frame.faces.map((face) => ({
    ...face,
    xyxy: /** @type {Face["xyxy"]} */ (face.xyxy.map(up)),
    landmarks: /** @type {Face["landmarks"]} */ (
      Object.fromEntries(Object.entries(face.landmarks).map(([name, [x, y]]) => [name, [up(x), up(y)]]))
    ),
  }));
  return { ...frame, width, height, faces };
}
