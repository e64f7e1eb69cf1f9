// Which movements of a face are told, from which blendshapes, from which value on.

/** @import { Sign } from "../types.js" */

/**
 * One movement.
 * @typedef {object} Movement
 * @property {string} name
 * @property {Sign["region"]} region
 * @property {readonly string[]} blendshapes - `Left` and `Right` are put behind where `sided`
 * @property {number} seen - from which it is told with a weak word, `clear` with none, `strong` with a
 *   strong one
 * @property {number} clear
 * @property {number} strong
 * @property {readonly number[]} units - the FACS units that look so
 * @property {boolean} sided - whether each side moves by itself
 */

/** @type {[name: string, region: Sign["region"], blendshapes: string[], values: [number, number, number], units: number[], sided?: boolean][]} */
const TABLE = [
  ["smile", "mouth", ["mouthSmile"], [0.34, 0.5, 0.8], [12]],
  ["frown", "mouth", ["mouthFrown"], [0.14, 0.22, 0.4], [15]],
  ["jaw_open", "mouth", ["jawOpen"], [0.18, 0.28, 0.5], [25, 26], false],
  ["upper_lip_up", "mouth", ["mouthUpperUp"], [0.12, 0.35, 0.6], [10, 25]],
  ["lower_lip_down", "mouth", ["mouthLowerDown"], [0.45, 0.6, 0.8], [16, 25]],
  ["lips_stretched", "mouth", ["mouthStretch"], [0.2, 0.3, 0.5], [20]],
  ["lips_pressed", "mouth", ["mouthPress"], [0.25, 0.33, 0.45], [24]],
  ["lips_in", "mouth", ["mouthRollLower", "mouthRollUpper"], [0.23, 0.32, 0.45], [28], false],
  ["lips_forward", "mouth", ["mouthPucker"], [0.64, 0.8, 0.95], [18], false],
  ["chin_up", "mouth", ["mouthShrugLower"], [0.3, 0.5, 0.8], [17], false],
  ["brows_down", "brows", ["browDown"], [0.6, 0.68, 0.8], [4]],
  ["inner_brows_up", "brows", ["browInnerUp"], [0.6, 0.7, 0.85], [1], false],
  ["outer_brows_up", "brows", ["browOuterUp"], [0.5, 0.6, 0.8], [2]],
  ["eyes_wide", "eyes", ["eyeWide"], [0.06, 0.12, 0.25], [5]],
  ["eyes_narrowed", "eyes", ["eyeSquint"], [0.66, 0.7, 0.78], [7]],
];

/** @type {readonly Movement[]} */
export const MOVEMENTS = TABLE.map(([name, region, blendshapes, [seen, clear, strong], units, sided = true]) => ({
  name,
  region,
  blendshapes,
  seen,
  clear,
  strong,
  units,
  sided,
}));

/** How much further one side has to move, the other staying unseen, for its side to be told. */
export const ONE_SIDED = 0.3;

/** Degrees from which a head is told to be turned, bowed, raised or tilted, and eyes to look away. */
export const TURNED = 20;
export const BOWED = 19;
export const RAISED = 13;
export const TILTED = 14;
export const LOOKS = 18;

/** Above so many times those degrees it is told with a strong word. */
export const FAR = 1.7;

/** The blendshape `eyeBlink` above which an eye is closed. */
export const EYES_CLOSED = 0.55;

/** Which signs speak for which word: measured by covering them (benchmarks/results/signs-of-words.md).
 * @type {Record<string, string[]>} */
export const SPEAKS_FOR = {
  happy: ["smile", "upper_lip_up"],
  surprise: ["jaw_open", "eyes_wide"],
  angry: ["jaw_open", "lower_lip_down"],
};
