// Signs in words: short, plain, the most telling first, and only what is there.

// The sentences stand once, in the files of the page.
import { englishSigns } from "../../../src/mien/server/page/scripts/words/english-signs.js";
import { BOWED, EYES_CLOSED, FAR, LOOKS, MOVEMENTS, ONE_SIDED, RAISED, TILTED, TURNED } from "./movements.js";

/** @import { Sign } from "../types.js" */
/** @import { Blendshapes } from "./blendshapes.js" */
/** @import { HeadPose } from "./geometry.js" */
/** @import { Movement } from "./movements.js" */

/** What the network sees in a smile, too, and people do not. */
const WITH_A_SMILE = ["upper_lip_up", "lower_lip_down", "lips_stretched", "lips_pressed", "brows_down"];

/** Movements that are told of one side, too. */
const OF_ONE_SIDE = ["smile", "frown", "upper_lip_up", "outer_brows_up", "eyes_closed"];

/** @typedef {"left" | "right"} Side */
/** @typedef {{ yaw: number, pitch: number }} Gaze */

/**
 * What is visible, strongest first.
 * @param {Blendshapes} blendshapes
 * @param {HeadPose} head
 * @param {Gaze | null} gaze
 * @param {Blendshapes} rest - the blendshapes of the same face at rest, as far as known: what a face
 *   shows always is not a sign. Empty where there is none (a photo)
 * @returns {Sign[]}
 */
export function signsOf(blendshapes, head, gaze, rest) {
  /** @type {Blendshapes} */
  const moved = Object.fromEntries(
    Object.entries(blendshapes).map(([name, value]) => [name, beyond(value, rest[name] ?? 0)]),
  );
  const found = new Map(movements(moved).map((sign) => [sign.name, sign]));
  join(found);
  let told = [...found.values(), ...eyes(moved), ...headSigns(head), ...looks(head, gaze, moved)];
  if (told.some(({ name, side }) => name === "eyes_closed" && side === null)) {
    told = told.filter(({ name }) => name !== "eyes_narrowed" && name !== "eyes_wide");
  }
  return told.sort(
    (one, other) =>
      Number(one.region === "head") - Number(other.region === "head") || other.strength - one.strength,
  );
}

/**
 * How far a movement goes beyond the face's rest, on the scale of one from 0.
 * @param {number} value
 * @param {number} rest
 */
function beyond(value, rest) {
  return rest > 0 ? Math.max(0, value - rest) / Math.max(1 - rest, 0.2) : value;
}

/**
 * @param {Blendshapes} moved
 * @returns {Sign[]}
 */
function movements(moved) {
  return MOVEMENTS.flatMap((each) => {
    if (!each.sided) {
      const value = Math.max(...each.blendshapes.map((name) => moved[name]));
      return value >= each.seen ? [movementSign(each, value, null)] : [];
    }
    const [left, right] = [moved[`${each.blendshapes[0]}Left`], moved[`${each.blendshapes[0]}Right`]];
    const [weaker, further] = [Math.min(left, right), Math.max(left, right)];
    if (weaker >= each.seen || (left + right) / 2 >= each.clear) {
      return [movementSign(each, (left + right) / 2, null)];
    }
    if (OF_ONE_SIDE.includes(each.name) && further >= each.clear && further - weaker >= ONE_SIDED) {
      return [movementSign(each, further, left > right ? "left" : "right")];
    }
    return [];
  });
}

/**
 * @param {Movement} movement
 * @param {number} value
 * @param {Side | null} side
 * @returns {Sign}
 */
function movementSign({ name, region, seen, clear, strong, units }, value, side) {
  const level = Number(value >= clear) + Number(value >= strong);
  return {
    name,
    sentence: sentence(name, level, side, side),
    strength: strengthOf(value, seen, strong),
    region,
    side,
    action_units: [...units],
    speaks_for: null,
  };
}

/**
 * 0.2 where it is just seen, 0.8 where it is strong, 1 at most.
 * @param {number} value
 * @param {number} seen
 * @param {number} strong
 */
function strengthOf(value, seen, strong) {
  return Math.max(0, Math.min(1, 0.2 + (0.6 * (value - seen)) / (strong - seen)));
}

/**
 * @param {string} name
 * @param {number} level - 0 weak, 1 plain, 2 strong
 * @param {Side | null} side - the person's own, for a sign of one side
 * @param {Side | null} put - what stands for {side}
 */
function sentence(name, level, side, put) {
  const key = `sign.${name}.${level}${side ? ".side" : ""}`;
  return String(/** @type {Record<string, unknown>} */ (englishSigns)[key]).replace("{side}", put ?? "");
}

/**
 * Movements that belong together are told as one; what a smile does anyway, not besides it.
 * @param {Map<string, Sign>} found
 */
function join(found) {
  const [inner, outer] = [found.get("inner_brows_up"), found.get("outer_brows_up")];
  if (inner && outer && outer.side === null) {
    found.delete("inner_brows_up");
    found.delete("outer_brows_up");
    found.set("brows_up", made("brows_up", Math.max(inner.strength, outer.strength), "brows", [1, 2]));
  }
  const [smile, narrowed] = [found.get("smile"), found.get("eyes_narrowed")];
  if (smile && smile.side === null) {
    if (narrowed) {
      found.delete("eyes_narrowed");
      found.set("smiling_eyes", made("smiling_eyes", narrowed.strength, "eyes", [6, 7]));
    }
    for (const name of WITH_A_SMILE) found.delete(name);
  }
}

/**
 * @param {string} name
 * @param {number} strength
 * @param {Sign["region"]} region
 * @param {number[]} units
 * @param {Side | null} [side]
 * @param {Side | null} [pictureSide]
 * @returns {Sign}
 */
function made(name, strength, region, units, side = null, pictureSide = null) {
  const level = Number(strength >= 0.45) + Number(strength >= 0.8);
  const words = sentence(name, level, side, side ?? pictureSide);
  return { name, sentence: words, strength, region, side, action_units: units, speaks_for: null };
}

/**
 * @param {Blendshapes} moved
 * @returns {Sign[]}
 */
function eyes(moved) {
  const [left, right] = [moved.eyeBlinkLeft, moved.eyeBlinkRight];
  if (Math.min(left, right) >= EYES_CLOSED - 0.1) {
    const strength = Math.min(left, right) < EYES_CLOSED ? 0.3 : strengthOf((left + right) / 2, EYES_CLOSED, 0.8);
    return [made("eyes_closed", Math.max(strength, 0.3), "eyes", [43])];
  }
  if (Math.max(left, right) >= EYES_CLOSED && Math.abs(left - right) >= ONE_SIDED) {
    return [made("eyes_closed", 0.6, "eyes", [46], left > right ? "left" : "right")];
  }
  return [];
}

/**
 * @param {HeadPose} head
 * @returns {Sign[]}
 */
function headSigns({ yaw, pitch, roll }) {
  const told = [];
  if (Math.abs(yaw) >= TURNED) told.push(posed("head_turned", Math.abs(yaw) / TURNED, sideOf(yaw), [51, 52]));
  if (-pitch >= BOWED) told.push(posed("head_bowed", -pitch / BOWED, null, [54]));
  if (pitch >= RAISED) told.push(posed("head_raised", pitch / RAISED, null, [53]));
  if (Math.abs(roll) >= TILTED) told.push(posed("head_tilted", Math.abs(roll) / TILTED, sideOf(roll), [55, 56]));
  return told;
}

/**
 * Where the eyes look, if not where the head does: a turned head says it already.
 * @param {HeadPose} head
 * @param {Gaze | null} gaze
 * @param {Blendshapes} moved
 * @returns {Sign[]}
 */
function looks(head, gaze, moved) {
  if (gaze === null || Math.abs(head.yaw) >= TURNED) return [];
  const told = [];
  if (Math.abs(gaze.yaw) >= LOOKS) {
    told.push(posed("looks_aside", Math.abs(gaze.yaw) / LOOKS, sideOf(gaze.yaw), [61, 62], "eyes"));
  }
  const down = Math.min(moved.eyeLookDownLeft, moved.eyeLookDownRight);
  const up = Math.min(moved.eyeLookUpLeft, moved.eyeLookUpRight);
  if (down >= 0.6) told.push(posed("looks_down", 1 + (down - 0.6) * 2, null, [64], "eyes"));
  else if (up >= 0.36) told.push(posed("looks_up", 1 + (up - 0.36) * 2, null, [63], "eyes"));
  return told;
}

/**
 * A pose by how many times it is beyond what is told.
 * @param {string} name
 * @param {number} times
 * @param {Side | null} side - as the picture shows it
 * @param {number[]} units - of the left and the right, where there is a side
 * @param {Sign["region"]} [region]
 */
function posed(name, times, side, units, region = "head") {
  const strength = Math.max(0, Math.min(1, 0.2 + (0.6 * (times - 1)) / (FAR - 1)));
  const own = side === null ? units : [units[side === "left" ? 0 : 1]];
  return made(name, strength, region, own, null, side);
}

/**
 * The side as the picture shows it.
 * @param {number} angle
 * @returns {Side}
 */
function sideOf(angle) {
  return angle > 0 ? "right" : "left";
}
