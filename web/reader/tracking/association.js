// Which detection is which track: ByteTrack's two passes (Zhang et al. 2022, algorithm 1).

import { sharedArea } from "../detection/boxes.js";
import { assign } from "./assign.js";

/** @import { Box } from "../detection/detection.js" */

/** Least intersection over union of a track and a sure detection. */
const FIRST_OVERLAP = 0.2;

/** The same for a detection with a low score: it counts only where a face is expected. */
const SECOND_OVERLAP = 0.5;

/**
 * A track as the association sees it.
 * @typedef {object} Expected
 * @property {readonly Box[]} guesses - where it may be now; the one that overlaps a detection most
 *   counts for it
 * @property {boolean} seen - whether it was found the last time; a lost one takes part in the first
 *   pass only
 * @property {number} margin - by how many of its own sides its boxes, and with them that of a
 *   detection, are grown in the first pass (Yang et al. 2023, "buffered" IoU)
 */

/**
 * Sure detections go to the tracks first. Those with a low score then go to the tracks that are
 * left over and were seen a moment ago; they never begin a track.
 * @param {readonly Expected[]} tracks
 * @param {readonly Box[]} detections
 * @param {readonly boolean[]} sure - whether the detection's score is high
 * @returns {{ pairs: [track: number, detection: number][], fresh: number[] }} `fresh`: sure
 *   detections that belong to no track
 */
export function associate(tracks, detections, sure) {
  const high = detections.flatMap((_, at) => (sure[at] ? [at] : []));
  const low = detections.flatMap((_, at) => (sure[at] ? [] : [at]));
  const first = pass(tracks, (track) => track.margin, high.map((at) => detections[at]), FIRST_OVERLAP);
  const taken = new Set(first.map(([track]) => track));
  const left = tracks.flatMap((track, at) => (!taken.has(at) && track.seen ? [at] : []));
  const second = pass(left.map((at) => tracks[at]), () => 0, low.map((at) => detections[at]), SECOND_OVERLAP);
  /** @type {[number, number][]} */
  const pairs = [];
  for (const [track, at] of first) pairs.push([track, high[at]]);
  for (const [track, at] of second) pairs.push([left[track], low[at]]);
  const used = new Set(first.map(([, at]) => high[at]));
  return {
    pairs: pairs.sort((one, other) => one[0] - other[0]),
    fresh: high.filter((at) => !used.has(at)),
  };
}

/**
 * @param {readonly Expected[]} tracks
 * @param {(track: Expected) => number} marginOf
 * @param {readonly Box[]} boxes
 * @param {number} least
 */
function pass(tracks, marginOf, boxes, least) {
  const cost = tracks.map((track) =>
    boxes.map((box) => 1 - Math.max(...track.guesses.map((guess) => grownOverlap(guess, box, marginOf(track))))),
  );
  return assign(cost, boxes.length, 1 - least);
}

/**
 * Intersection over union after both boxes have grown by `margin` of their own sides.
 * @param {Box} one
 * @param {Box} other
 * @param {number} margin
 */
export function grownOverlap(one, other, margin) {
  const [a, b] = [grown(one, margin), grown(other, margin)];
  const shared = sharedArea(a, b);
  const union = area(a) + area(b) - shared;
  return union > 0 ? shared / union : 0;
}

/**
 * @param {Box} box
 * @param {number} margin
 * @returns {Box}
 */
function grown([left, top, right, bottom], margin) {
  const [x, y] = [(right - left) * margin, (bottom - top) * margin];
  return [left - x, top - y, right + x, bottom + y];
}

/** @param {Box} box */
function area([left, top, right, bottom]) {
  return Math.max(0, right - left) * Math.max(0, bottom - top);
}
