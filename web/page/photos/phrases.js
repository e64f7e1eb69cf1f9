// The words of this tab: kept with those of the page, which knows them only in this build.

import { phrase, setPhrase } from "mien-page/words/phrases.js";

import { photosEnglish } from "../words/english-photos.js";

/** @import { Key, Values } from "mien-page/words/phrases.js" */

/** @typedef {keyof typeof photosEnglish} PhotosKey */

/**
 * @param {PhotosKey} key
 * @param {Values} [values]
 */
export function say(key, values) {
  return phrase(asKey(key), values);
}

/**
 * Give an element the words of a key; they change with the language.
 * @param {Element} target
 * @param {PhotosKey} key
 * @param {Values} [values]
 */
export function put(target, key, values) {
  setPhrase(target, asKey(key), values);
}

/** @param {PhotosKey} key */
function asKey(key) {
  return /** @type {Key} */ (/** @type {string} */ (key));
}
