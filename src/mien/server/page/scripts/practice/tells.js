// What tells each expression: the signs of a drawn face, and what a person has to move to make it.

import { phrase } from "../words/phrases.js";

/** @import { Key } from "../words/phrases.js" */

/** Expressions that are practised. */
export const PRACTISED = ["happy", "sad", "surprise", "fear", "angry", "disgust", "neutral"];

/** @type {Record<string, Key[]>} */
const TOLD = {
  happy: ["sign.smile.2", "sign.smiling_eyes.1"],
  sad: ["sign.inner_brows_up.2", "sign.frown.2"],
  surprise: ["sign.brows_up.2", "sign.eyes_wide.2", "sign.jaw_open.2"],
  fear: ["sign.brows_up.1", "sign.eyes_wide.2", "sign.lips_stretched.1"],
  angry: ["sign.brows_down.2", "sign.eyes_narrowed.0", "sign.lips_pressed.2"],
  disgust: ["guess.nose", "sign.upper_lip_up.2", "sign.brows_down.1"],
  neutral: ["guess.rest"],
};

/** What is mistaken for what, the most alike first. */
const ALIKE = /** @type {Record<string, string[]>} */ ({
  happy: ["surprise", "neutral", "disgust"],
  sad: ["fear", "neutral", "angry"],
  surprise: ["fear", "happy", "neutral"],
  fear: ["surprise", "sad", "disgust"],
  angry: ["disgust", "sad", "neutral"],
  disgust: ["angry", "sad", "fear"],
  neutral: ["sad", "angry", "happy"],
});

/**
 * What a person has to move: of each step one sign is enough, by the engine's names.
 * @typedef {{ signs: string[], how: Key }} Step
 */
/** @type {Record<string, Step[]>} */
const STEPS = {
  happy: [
    { signs: ["smile"], how: "make.smile" },
    { signs: ["smiling_eyes", "eyes_narrowed"], how: "make.cheeks" },
  ],
  sad: [
    { signs: ["inner_brows_up", "brows_up"], how: "make.inner-brows" },
    { signs: ["frown", "chin_up"], how: "make.frown" },
  ],
  surprise: [
    { signs: ["brows_up", "outer_brows_up", "inner_brows_up"], how: "make.brows-up" },
    { signs: ["eyes_wide"], how: "make.eyes-wide" },
    { signs: ["jaw_open"], how: "make.jaw" },
  ],
  fear: [
    { signs: ["brows_up", "inner_brows_up"], how: "make.brows-up" },
    { signs: ["eyes_wide"], how: "make.eyes-wide" },
    { signs: ["lips_stretched", "lower_lip_down"], how: "make.stretch" },
  ],
  angry: [
    { signs: ["brows_down"], how: "make.brows-down" },
    { signs: ["lips_pressed", "lips_in"], how: "make.press" },
  ],
  disgust: [
    { signs: ["upper_lip_up"], how: "make.upper-lip" },
    { signs: ["brows_down", "eyes_narrowed"], how: "make.narrow" },
  ],
  neutral: [],
};

/**
 * What tells an expression, in words.
 * @param {string} label - one that is practised
 */
export function tellsOf(label) {
  return TOLD[label].map((key) => phrase(key));
}

/**
 * The three that an expression is mistaken for most.
 * @param {string} label - one that is practised
 */
export function alikeTo(label) {
  return ALIKE[label];
}

/**
 * What has to be moved to make an expression.
 * @param {string} label - one that is practised
 */
export function stepsTo(label) {
  return STEPS[label];
}
