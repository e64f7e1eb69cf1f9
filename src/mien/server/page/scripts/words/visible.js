// What is visible in a face, in the page's language. Knows nothing of the page.

import { english } from "./english.js";
import { isPhrase, phrase } from "./phrases.js";

/** @import { SignAnswer, SignsAnswer } from "../answers.js" */

const MOST_SHOWN = 3;
const LEVELS = [0, 1, 2];
const SIDES = /** @type {const} */ (["left", "right"]);

/**
 * The first few signs in words, and what is covered.
 * @param {SignsAnswer | null | undefined} signs
 * @returns {string[]}
 */
export function sentencesOf(signs) {
  if (!signs) return [];
  return [...signs.signs.slice(0, MOST_SHOWN).map(sentenceOf), ...coveredOf(signs)];
}

/**
 * One sign in words. Engines say it in English: the same words are looked for, and said in the
 * page's language; a sentence that the page does not know stays as it is.
 * @param {Pick<SignAnswer, "name" | "sentence">} sign
 * @returns {string}
 */
export function sentenceOf({ name, sentence }) {
  for (const level of LEVELS) {
    for (const key of [`sign.${name}.${level}`, `sign.${name}.${level}.side`]) {
      if (!isPhrase(key)) continue;
      const side = SIDES.find((each) => String(english[key]).replace("{side}", each) === sentence);
      if (side) return phrase(key, { side: phrase(`side.${side}`) });
    }
  }
  return sentence;
}

/**
 * What cannot be seen, in words.
 * @param {SignsAnswer} signs
 * @returns {string[]}
 */
export function coveredOf({ covered }) {
  const parts = new Set(covered.map((name) => name.replace(/^(left|right)_/, "")));
  return [...parts].map((part) => `covered.${part}`).filter(isPhrase).map((key) => phrase(key));
}
