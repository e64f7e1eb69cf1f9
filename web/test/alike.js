// Whether both languages said the same, as far as the contract goes.

import assert from "node:assert/strict";

/** Most that a number may be off, by the key it stands under; 1e-3 elsewhere.
 * @type {Record<string, number>} */
const TOLERANCES = { xyxy: 0.5, landmarks: 0.5, doubts: 5e-3 };

/**
 * @param {unknown} ours
 * @param {unknown} theirs - what Python said
 * @param {string} [where]
 * @param {number} [tolerance]
 */
export function assertAlike(ours, theirs, where = "", tolerance = 1e-3) {
  if (typeof theirs === "number") {
    assert.equal(typeof ours, "number", where);
    const off = Math.abs(Number(ours) - theirs);
    assert.ok(off <= tolerance, `${where}: ${ours} is not ${theirs}`);
  } else if (theirs && typeof theirs === "object") {
    assert.deepEqual(Object.keys(Object(ours)), Object.keys(theirs), where);
    for (const [key, value] of Object.entries(theirs)) {
      assertAlike(Object(ours)[key], value, `${where}.${key}`, TOLERANCES[key] ?? tolerance);
    }
  } else {
    assert.equal(ours, theirs, where);
  }
}
