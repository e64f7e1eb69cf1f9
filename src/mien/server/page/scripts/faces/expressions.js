// What the parts of a drawn face do in each expression. After the action units of EMFACS (Friesen and
// Ekman 1983): happy 6 + 12, sad 1 + 4 + 15, angry 4 + 5 + 7 + 23, fear 1 + 2 + 4 + 5 + 20, surprise
// 1 + 2 + 5 + 26, disgust 9 + 10 + 15, contempt 12 and 14 on one side.

/**
 * How far each part is from rest, about −1 to 1: up is positive.
 * @typedef {object} Pose
 * @property {number} innerBrows
 * @property {number} outerBrows
 * @property {number} browsTogether
 * @property {number} upperLids - positive is wide open
 * @property {number} lowerLids - positive is raised, as in a smile
 * @property {number} cheeks
 * @property {number} nose - wrinkled
 * @property {number} corners - of the mouth
 * @property {number} oneCorner - further up of one corner alone
 * @property {number} width - of the mouth
 * @property {number} open - of the mouth, 0 to 1
 * @property {number} upperLip - raised
 * @property {number} lowerLip - pushed up, as in a pout
 * @property {number} pressed - lips made thin, 0 to 1
 * @property {number} oneBrow - further up of one brow alone
 */

/** @type {Pose} */
export const REST = {
  innerBrows: 0,
  outerBrows: 0,
  browsTogether: 0,
  upperLids: 0,
  lowerLids: 0,
  cheeks: 0,
  nose: 0,
  corners: 0,
  oneCorner: 0,
  width: 0,
  open: 0,
  upperLip: 0,
  lowerLip: 0,
  pressed: 0,
  oneBrow: 0,
};

/** @type {Record<string, Partial<Pose>>} */
const POSES = {
  neutral: {},
  happy: { corners: 1, cheeks: 1, lowerLids: 0.75, width: 0.65, open: 0.42, outerBrows: 0.15, innerBrows: 0.1 },
  sad: { innerBrows: 0.95, outerBrows: -0.75, upperLids: -0.5, corners: -0.85, lowerLip: 0.7, width: -0.15 },
  angry: {
    innerBrows: -1,
    outerBrows: 0.25,
    browsTogether: 1,
    upperLids: 0.15,
    lowerLids: 0.55,
    pressed: 1,
    corners: -0.45,
    width: 0.05,
    nose: 0.3,
  },
  fear: {
    innerBrows: 1,
    outerBrows: 0.3,
    browsTogether: 0.7,
    upperLids: 1,
    corners: -0.5,
    width: 0.75,
    open: 0.3,
  },
  surprise: { innerBrows: 1, outerBrows: 1, upperLids: 0.9, width: -0.6, open: 1 },
  disgust: {
    innerBrows: -0.7,
    outerBrows: -0.3,
    browsTogether: 0.5,
    upperLids: -0.45,
    lowerLids: 0.6,
    nose: 1,
    cheeks: 0.35,
    upperLip: 1,
    corners: -0.75,
    open: 0.22,
    lowerLip: 0.35,
  },
  contempt: { oneCorner: 1, oneBrow: 0.8, upperLids: -0.35, pressed: 0.3, browsTogether: 0.1 },
};

/** Expressions that can be drawn. */
export const DRAWN = Object.keys(POSES);

/**
 * The pose of an expression.
 * @param {string} label
 * @param {number} [strength] - 0 at rest, 1 in full
 * @returns {Pose}
 */
export function poseOf(label, strength = 1) {
  return between(REST, { ...REST, ...POSES[label] }, strength);
}

/**
 * A pose on the way from one to another.
 * @param {Pose} from
 * @param {Pose} to
 * @param {number} share - 0 to 1
 * @returns {Pose}
 */
export function between(from, to, share) {
  const pose = { ...from };
  for (const name of /** @type {(keyof Pose)[]} */ (Object.keys(REST))) {
    pose[name] = from[name] + (to[name] - from[name]) * share;
  }
  return pose;
}
