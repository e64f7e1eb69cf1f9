// Boxes of faces: clipped, compared, and each face kept once.

import { areaOf, heightOf, widthOf } from "./detection.js";

/** @import { Box, Detection } from "./detection.js" */

/**
 * Clip boxes to the picture, drop those with a side under `leastFace` pixels, largest first.
 * @param {Detection[]} detections
 * @param {number} width
 * @param {number} height
 * @param {number} leastFace
 * @returns {Detection[]}
 */
export function finish(detections, width, height, leastFace) {
  return detections
    .map((detection) => ({ ...detection, xyxy: clipped(detection.xyxy, width, height) }))
    .filter((each) => {
      const shortest = Math.min(widthOf(each), heightOf(each));
      return shortest > 0 && shortest >= leastFace;
    })
    .sort((one, other) => areaOf(other) - areaOf(one) || other.score - one.score);
}

/**
 * @param {Box} box
 * @param {number} width
 * @param {number} height
 * @returns {Box}
 */
function clipped([left, top, right, bottom], width, height) {
  /** @param {number} value @param {number} most */
  const within = (value, most) => Math.min(Math.max(value, 0), most);
  return [within(left, width), within(top, height), within(right, width), within(bottom, height)];
}

/**
 * Of boxes of one face (`sameFace`) the one with the highest score; best score first.
 * @param {Detection[]} detections
 * @returns {Detection[]}
 */
export function eachFaceOnce(detections) {
  /** @type {Detection[]} */
  const kept = [];
  for (const detection of [...detections].sort((one, other) => other.score - one.score)) {
    if (!kept.some((other) => sameFace(detection, other))) kept.push(detection);
  }
  return kept;
}

/**
 * Whether two boxes are of one face: much alike, or one lies mostly inside the other.
 * @param {Detection} one
 * @param {Detection} other
 */
export function sameFace(one, other) {
  const shared = sharedArea(one.xyxy, other.xyxy);
  const union = areaOf(one) + areaOf(other) - shared;
  return shared > 0 && (shared > 0.4 * union || shared > 0.7 * Math.min(areaOf(one), areaOf(other)));
}

/**
 * Area that two boxes share.
 * @param {Box} one
 * @param {Box} other
 */
export function sharedArea(one, other) {
  const width = Math.min(one[2], other[2]) - Math.max(one[0], other[0]);
  const height = Math.min(one[3], other[3]) - Math.max(one[1], other[1]);
  return width > 0 && height > 0 ? width * height : 0;
}
