// Moments of a video, to a tenth of a second.

import { clockOf } from "../conversation/summary.js";
import { numberOf } from "../words/phrases.js";

/**
 * A time since the start: "1:05.3", in German "1:05,3".
 * @param {number} seconds
 */
export function exactly(seconds) {
  const tenths = Math.round(seconds * 10);
  return `${clockOf(Math.floor(tenths / 10))}${numberOf(1.1).charAt(1)}${tenths % 10}`;
}
