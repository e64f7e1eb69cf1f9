// The JSON form of what was read: `mien.frame/2`, key by key as in docs/schema.md.

import { LANDMARK_NAMES } from "./detection/detection.js";
import { whyUnsure } from "./reading.js";
import { topOf } from "./tracking/smooth.js";

/** @import { Detection } from "./detection/detection.js" */
/** @import { Interpretation, Reading } from "./reading.js" */
/** @import { Smoothed } from "./tracking/smooth.js" */
/** @import { TrackedFace } from "./tracking/tracker.js" */
/** @import { Face, Frame, TrackState } from "./types.js" */

export const SCHEMA = "mien.frame/2";
export const UNSURE = "unsure";

/**
 * @param {number} value
 * @param {number} digits
 */
export function rounded(value, digits) {
  return Number(value.toFixed(digits));
}

/**
 * Labels and their probabilities as an object.
 * @param {readonly string[]} labels
 * @param {ArrayLike<number>} values
 * @returns {Record<string, number>}
 */
export function named(labels, values) {
  return Object.fromEntries(labels.map((label, at) => [label, rounded(values[at], 6)]));
}

/**
 * One face and its expression.
 * @param {Detection} detection
 * @param {Interpretation} how
 * @param {Reading} reading
 * @param {Record<string, number>} ferplus - empty for a model without such a head
 * @returns {Face}
 */
export function makeFace(detection, how, reading, ferplus) {
  const why = whyUnsure(how, reading);
  const top = topOf(reading.probabilities);
  const landmarks = detection.landmarks.map(([x, y]) => [rounded(x, 2), rounded(y, 2)]);
  return {
    xyxy: /** @type {Face["xyxy"]} */ (detection.xyxy.map((value) => rounded(value, 2))),
    score: rounded(detection.score, 4),
    landmarks: /** @type {Face["landmarks"]} */ (
      Object.fromEntries(LANDMARK_NAMES.map((name, at) => [name, landmarks[at]]))
    ),
    label: why === null ? how.labels[top] : UNSURE,
    top_emotion: how.labels[top],
    confidence: rounded(reading.probabilities[top], 6),
    unsure: why !== null,
    unsure_because: why,
    probabilities: named(how.labels, reading.probabilities),
    ferplus,
  };
}

/**
 * The person over time.
 * @param {TrackedFace} tracked
 * @param {Smoothed} state
 * @param {readonly string[]} labels
 * @returns {TrackState}
 */
export function makeTrack(tracked, state, labels) {
  const { probabilities } = state.reading;
  const top = labels[state.leading];
  return {
    id: tracked.id,
    since: rounded(tracked.since, 6),
    detected: tracked.detected,
    label: state.unsure ? UNSURE : top,
    top_emotion: top,
    confidence: rounded(probabilities[state.leading], 6),
    unsure: state.unsure,
    probabilities: named(labels, probabilities),
  };
}

/**
 * One picture and the faces in it.
 * @param {Omit<Frame, "schema">} content
 * @returns {Frame}
 */
export function makeFrame(content) {
  return { schema: SCHEMA, ...content };
}
