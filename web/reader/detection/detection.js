// What a detector says of a face.

/** @typedef {readonly [number, number, number, number]} Box - left, top, right, bottom in pixels */
/** @typedef {readonly [number, number]} Point */

/**
 * One face that a detector found.
 * @typedef {object} Detection
 * @property {Box} xyxy - in pixels of the picture that was searched, clipped to it
 * @property {number} score - the detector's confidence, 0 to 1
 * @property {readonly Point[]} landmarks - left eye, right eye, nose, left and right corner of the
 *   mouth, as they stand in the picture; they may lie outside of it
 */

export const LANDMARK_NAMES = /** @type {const} */ ([
  "left_eye",
  "right_eye",
  "nose",
  "mouth_left",
  "mouth_right",
]);

/** @param {Detection} detection */
export const widthOf = ({ xyxy }) => xyxy[2] - xyxy[0];

/** @param {Detection} detection */
export const heightOf = ({ xyxy }) => xyxy[3] - xyxy[1];

/** @param {Detection} detection */
export const areaOf = (detection) => widthOf(detection) * heightOf(detection);

/**
 * Angle of the eye line in degrees, positive clockwise.
 * @param {Detection} detection
 */
export function rollOf({ landmarks: [left, right] }) {
  return (Math.atan2(right[1] - left[1], right[0] - left[0]) * 180) / Math.PI;
}
