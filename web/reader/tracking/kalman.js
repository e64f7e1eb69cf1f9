// A Kalman filter for the box of a face: constant velocity, in seconds, for any frame rate.
// (Bewley et al. 2016, SORT; Zhang et al. 2022, ByteTrack.)

/** @import { Box } from "../detection/detection.js" */

/** Standard deviation of a detector's box: centre x and y, aspect ratio, height, in heights of the
 * face (the ratio: as it is). */
const MEASURED = [0.04, 0.04, 0.06, 0.04];

/** How fast the speeds of the four change: power of white noise on their acceleration. */
const UNSTEADINESS = [0.1, 0.1, 0.05, 0.025];

/** Standard deviation of the speeds of a face seen once, in heights a second. */
const FIRST_SPEED = [2, 2, 0.1, 0.5];

/**
 * What is believed of one of the four: value, change a second, and their covariance.
 * @typedef {readonly [value: number, speed: number, vv: number, vs: number, ss: number]} Belief
 */

/** @typedef {readonly Belief[]} BoxState - centre x and y, aspect ratio (width / height), height */

/**
 * The belief after one detection: the box as measured, at rest.
 * @param {Box} xyxy
 * @returns {BoxState}
 */
export function begin(xyxy) {
  const measured = measure(xyxy);
  const scale = scaleOf(measured[3]);
  return measured.map((value, at) => [value, 0, (MEASURED[at] * scale[at]) ** 2, 0, (FIRST_SPEED[at] * scale[at]) ** 2]);
}

/**
 * The belief `seconds` later, 0 or more.
 * @param {BoxState} state
 * @param {number} seconds
 * @returns {BoxState}
 */
export function predict(state, seconds) {
  const scale = scaleOf(state[3][0]);
  return state.map(([value, speed, vv, vs, ss], at) => {
    const power = UNSTEADINESS[at] * scale[at] ** 2;
    let moved = value + speed * seconds;
    // A face that shrinks faster than it is old would turn inside out.
    if (at >= 2) moved = Math.max(moved, value / 4);
    return [
      moved,
      speed,
      vv + 2 * seconds * vs + seconds ** 2 * ss + (power * seconds ** 3) / 3,
      vs + seconds * ss + (power * seconds ** 2) / 2,
      ss + power * seconds,
    ];
  });
}

/**
 * The belief after a detection at the same moment.
 * @param {BoxState} state
 * @param {Box} xyxy
 * @param {number} [doubt] - multiplies the standard deviation of the box, 1 for a clear face
 * @returns {BoxState}
 */
export function update(state, xyxy, doubt = 1) {
  const scale = scaleOf(state[3][0]);
  const measured = measure(xyxy);
  return state.map(([value, speed, vv, vs, ss], at) => {
    const noise = (MEASURED[at] * doubt * scale[at]) ** 2;
    const surprise = measured[at] - value;
    const gain = vv / (vv + noise);
    const speedGain = vs / (vv + noise);
    return [
      value + gain * surprise,
      speed + speedGain * surprise,
      vv - gain * vv,
      vs - gain * vs,
      ss - speedGain * vs,
    ];
  });
}

/**
 * The belief in a picture that is `across` times as wide and `down` times as high.
 * @param {BoxState} state
 * @param {number} across
 * @param {number} down
 * @returns {BoxState}
 */
export function resize(state, across, down) {
  const factors = [across, down, across / down, down];
  return state.map(([value, speed, vv, vs, ss], at) => {
    const factor = factors[at];
    return [value * factor, speed * factor, vv * factor ** 2, vs * factor ** 2, ss * factor ** 2];
  });
}

/**
 * Left, top, right, bottom in pixels.
 * @param {BoxState} state
 * @returns {Box}
 */
export function boxOf([[x], [y], [aspect], [height]]) {
  const width = aspect * height;
  return [x - width / 2, y - height / 2, x + width / 2, y + height / 2];
}

/** @param {Box} box */
function measure([left, top, right, bottom]) {
  const width = Math.max(right - left, 1e-3);
  const height = Math.max(bottom - top, 1e-3);
  return [(left + right) / 2, (top + bottom) / 2, width / height, height];
}

/** @param {number} height */
function scaleOf(height) {
  return [height, height, 1, height];
}
