// The line that says how it goes: it must not flicker.

import { byId, setText } from "../elements.js";

const HOLD = 1200;

const told = { words: "", since: 0, shown: "" };

/**
 * Say how it goes. A line that flickers cannot be read, least of all by a screen reader.
 * @param {string} words
 * @param {boolean} [counts] - whether it only counts people, and may wait a moment
 */
export function sayStatus(words, counts = false) {
  const now = performance.now();
  if (words !== told.words) Object.assign(told, { words, since: now });
  if ((counts && now - told.since <= HOLD) || told.shown === words) return;
  told.shown = words;
  setText(byId("status"), words);
}

/** Say nothing. */
export function clearStatus() {
  Object.assign(told, { words: "", since: 0, shown: "" });
  setText(byId("status"), "");
}
