// What went well in practice: kept in this browser only, and deleted by one button. What went wrong is not kept.

import { byId, setText } from "../elements.js";
import { labelOf } from "../labels.js";
import { phrase } from "../words/phrases.js";
import { PRACTISED } from "./tells.js";

const KEY = "mien.practice";
const WELL = 3;
const WEAKER = [1, 0.75, 0.55];

/** @typedef {"guessed" | "made"} Game */
/** @typedef {Record<Game, Record<string, number>>} Progress */

/** @type {Progress} */
let progress = read();

/**
 * Note that an expression was told or made.
 * @param {Game} game
 * @param {string} label
 */
export function noteSuccess(game, label) {
  progress[game][label] = (progress[game][label] ?? 0) + 1;
  try {
    localStorage.setItem(KEY, JSON.stringify(progress));
  } catch {
    // Storage is off: progress lasts as long as the page.
  }
  showProgress();
}

/**
 * How strongly a face shows an expression: who tells it well is shown weaker ones.
 * @param {string} label
 */
export function strengthFor(label) {
  const times = progress.guessed[label] ?? 0;
  return WEAKER[Math.min(WEAKER.length - 1, Math.floor(times / WELL))];
}

/** Tie the button that deletes it. */
export function startProgress() {
  byId("forget-progress").addEventListener("click", () => {
    progress = { guessed: {}, made: {} };
    try {
      localStorage.removeItem(KEY);
    } catch {
      // Storage is off: there is nothing to delete.
    }
    showProgress();
  });
  showProgress();
}

/** Say what goes well; the button is there only when there is something to delete. */
export function showProgress() {
  const told = wordsFor(PRACTISED.filter((label) => (progress.guessed[label] ?? 0) >= WELL));
  const begun = wordsFor(PRACTISED.filter((label) => isBegun(progress.guessed[label])));
  const made = wordsFor(PRACTISED.filter((label) => progress.made[label]));
  const lines = [
    told && phrase("progress.well", { words: told }),
    begun && phrase("progress.begun", { words: begun }),
    made && phrase("progress.made", { words: made }),
  ].filter(Boolean);
  setText(byId("progress-words"), lines.join(" ") || phrase("progress.none"));
  byId("forget-progress").hidden = lines.length === 0;
}

/** @param {number | undefined} times */
function isBegun(times = 0) {
  return times > 0 && times < WELL;
}

/** @param {string[]} labels */
function wordsFor(labels) {
  return labels.map(labelOf).join(", ");
}

/** @returns {Progress} */
function read() {
  /** @type {Partial<Record<Game, unknown>>} */
  let kept = {};
  try {
    kept = JSON.parse(localStorage.getItem(KEY) ?? "{}") ?? {};
  } catch {
    // Storage is off, or something else wrote there.
  }
  return { guessed: counts(kept.guessed), made: counts(kept.made) };
}

/**
 * @param {unknown} kept
 * @returns {Record<string, number>}
 */
function counts(kept) {
  const entries = Object.entries(typeof kept === "object" && kept ? kept : {});
  return Object.fromEntries(
    entries.filter(([label, times]) => PRACTISED.includes(label) && Number.isInteger(times)),
  );
}
