// Which sentences of the server are shown of a face. Knows nothing of the page.

/** @import { SignsAnswer } from "./answers.js" */

const MOST_SHOWN = 3;

/**
 * The first few sentences, and what is covered.
 * @param {SignsAnswer | null | undefined} signs
 * @returns {string[]}
 */
export function sentencesOf(signs) {
  if (!signs) return [];
  return [...signs.sentences.slice(0, MOST_SHOWN), ...coveredOf(signs)];
}

/**
 * What cannot be seen, in words.
 * @param {SignsAnswer} signs
 * @returns {string[]}
 */
export function coveredOf({ covered }) {
  const words = new Set(covered.map((name) => name.replace(/^(left|right)_(.*)$/, "$2s")));
  return [...words].map((word) => `${word} not visible`);
}
