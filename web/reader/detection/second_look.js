// A second look at doubtful faces: close up a face scores again, and what looked like one not.

import { roundHalfEven } from "../pixels/pixels.js";
import { overlap } from "./boxes.js";
import { heightOf, widthOf } from "./detection.js";

/** @import { Region } from "../pixels/pixels.js" */
/** @import { Detection } from "./detection.js" */

/** Lowest score of a box that is worth a second look. */
export const DOUBTFUL_FROM = 0.05;

/** Score from which no second look is needed. */
export const CERTAIN_FROM = 0.75;

/** Heights in pixels of the network's input at which the box is shown again. */
const SEEN_HEIGHTS = [128, 200];

/** How far around the box's centre the close-up reaches, in lengths of the box's longer side. */
const REACH = 0.75;

/** Least intersection over union of a box found close up with the first one. */
const SAME = 0.4;

/**
 * A doubtful face with its mean score over all looks, and the box of the one that saw it best. A
 * close-up in which the face is not found counts as 0, and when the first one has nothing there is
 * no second.
 * @param {{ width: number, height: number }} picture
 * @param {Detection} detection
 * @param {(region: Region, scale: number) => Promise<Detection[]>} look - what the network finds in a
 *   region when it is enlarged by a factor
 * @returns {Promise<Detection>}
 */
export async function lookAgain({ width, height }, detection, look) {
  const [left, top, right, bottom] = detection.xyxy;
  const reach = REACH * Math.max(widthOf(detection), heightOf(detection));
  const [x, y] = [(left + right) / 2, (top + bottom) / 2];
  const from = { left: Math.max(0, roundHalfEven(x - reach)), top: Math.max(0, roundHalfEven(y - reach)) };
  const region = {
    ...from,
    width: Math.min(width, roundHalfEven(x + reach)) - from.left,
    height: Math.min(height, roundHalfEven(y + reach)) - from.top,
  };
  let total = detection.score;
  let best = detection;
  for (const seen of SEEN_HEIGHTS) {
    const found = await look(region, seen / heightOf(detection));
    const same = found.filter((each) => overlap(each, detection) > SAME);
    if (!same.length) break;
    const closest = same.reduce((one, other) => (other.score > one.score ? other : one));
    total += closest.score;
    if (closest.score > best.score) best = closest;
  }
  return { ...best, score: total / (1 + SEEN_HEIGHTS.length) };
}
