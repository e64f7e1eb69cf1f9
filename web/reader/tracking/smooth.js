// Smoothing a face's probabilities over time, and a label that does not flicker.

import { towards, whyUnsure } from "../reading.js";

/** @import { Interpretation, Reading } from "../reading.js" */

/** By how much another emotion's smoothed probability has to exceed the leading one's before it
 * takes the lead, and the trust in one that was *unsure* the threshold. */
const MARGIN = 0.08;

/** A reading speaks for the time since the one before, at most for this many seconds. */
const HELD_SECONDS = 0.1;

/**
 * What a face has expressed up to a moment.
 * @typedef {object} Smoothed
 * @property {Reading} reading - smoothed
 * @property {number} weight - what all readings in it weigh together, over 0 to 1
 * @property {number} time - seconds
 * @property {number} leading - index of the leading label
 * @property {boolean} unsure
 */

/**
 * Take in one more reading: an exponential mean with a time constant, divided by the weights that
 * are in it (as in Adam, Kingma and Ba 2015, section 3).
 * @param {Smoothed | undefined} before - undefined for the first reading
 * @param {Reading} reading
 * @param {number} time - in seconds, not before that of `before`
 * @param {number} seconds - time constant, 0 (no smoothing) or more
 * @param {Interpretation} how - says when a reading is unsure
 * @returns {Smoothed}
 */
export function smooth(before, reading, time, seconds, how) {
  if (!before) {
    const leading = topOf(reading.probabilities);
    const unsure = whyUnsure(how, reading) !== null;
    return { reading, weight: reached(HELD_SECONDS, seconds), time, leading, unsure };
  }
  const elapsed = Math.max(0, time - before.time);
  const fresh = reached(Math.min(elapsed, HELD_SECONDS), seconds);
  const weight = before.weight * (1 - reached(elapsed, seconds)) + fresh;
  const smoothed = towards(before.reading, reading, weight > 0 ? fresh / weight : 1);
  const shares = smoothed.probabilities;
  const top = topOf(shares);
  const leading = shares[top] - shares[before.leading] > MARGIN ? top : before.leading;
  const unsure = whyUnsure(how, smoothed, before.unsure ? MARGIN : 0) !== null;
  return { reading: smoothed, weight, time, leading, unsure };
}

/** @param {readonly number[]} values */
export function topOf(values) {
  return values.indexOf(Math.max(...values));
}

/**
 * How far an exponential step with this time constant has come, 0 to 1.
 * @param {number} elapsed
 * @param {number} seconds
 */
function reached(elapsed, seconds) {
  return seconds > 0 ? -Math.expm1(-elapsed / seconds) : 1;
}
