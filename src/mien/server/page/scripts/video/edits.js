// What the person says of a video: names, who is the same, ranges. Kept in memory only.

import { byId, element } from "../elements.js";
import { phrase, setPhrase } from "../words/phrases.js";
import { exactly } from "./clock.js";
import { timeNow } from "./player.js";

/** @import { VideoEdits, VideoRange } from "../answers.js" */

/** @type {VideoRange[]} */
let excluded = [];
/** @type {VideoRange[]} */
let events = [];
/** @type {Map<number, { name: string, same: number | null }>} */
const people = new Map();
/** @type {() => void} */
let onChange = () => {};

/** All of it, as the server takes it. @returns {VideoEdits} */
export function edits() {
  const said = [...people].map(([id, { name, same }]) => ({ id, name, same_as: same }));
  return { excluded, events, people: said };
}

export function forgetEdits() {
  excluded = [];
  events = [];
  people.clear();
  showMarks();
}

/**
 * The number that a person has after merging.
 * @param {number} id
 * @returns {number}
 */
export function personOf(id) {
  const same = people.get(id)?.same ?? null;
  return same === null ? id : personOf(same);
}

/** Those who were said to be this person. @param {number} id */
export function mergedInto(id) {
  return [...people].filter(([, { same }]) => same === id).map(([number]) => number);
}

/** @param {number} id */
export function givenName(id) {
  return people.get(id)?.name ?? "";
}

/** The name, or "Person 2". @param {number} id */
export function nameOf(id) {
  return givenName(id) || phrase("video.person", { number: id });
}

/**
 * @param {number} id
 * @param {string} name
 */
export function rename(id, name) {
  people.set(id, { name: name.trim(), same: people.get(id)?.same ?? null });
}

/**
 * @param {number} id
 * @param {number | null} same
 */
export function merge(id, same) {
  people.set(id, { name: givenName(id), same });
}

/** @param {() => void} listener - of every change of the ranges */
export function startMarks(listener) {
  onChange = listener;
  byId("mark-from-now").addEventListener("click", () => setNow("mark-from"));
  byId("mark-to-now").addEventListener("click", () => setNow("mark-to"));
  byId("mark-event").addEventListener("click", () => mark(false));
  byId("mark-exclude").addEventListener("click", () => mark(true));
}

/** @param {string} field */
function setNow(field) {
  byId(field, HTMLInputElement).value = timeNow().toFixed(2);
}

/** @param {boolean} leaveOut */
function mark(leaveOut) {
  const [start, end] = ["mark-from", "mark-to"].map((id) => byId(id, HTMLInputElement).valueAsNumber);
  if (!(end > start) || start < 0) {
    setPhrase(byId("film-said"), "video.order");
    return;
  }
  const field = byId("mark-name", HTMLInputElement);
  const name = leaveOut ? "" : field.value.trim() || phrase("video.unnamed");
  (leaveOut ? excluded : events).push({ start, end, name });
  field.value = "";
  showMarks();
  onChange();
}

function showMarks() {
  byId("film-marks").replaceChildren(
    ...[...excluded, ...events].map((range) => {
      const what = range.name || phrase("video.excluded");
      const words = phrase("video.mark", { what, from: exactly(range.start), to: exactly(range.end) });
      const drop = element("button", {
        text: "×",
        "aria-label": phrase("video.drop-mark", { what: words }),
        onclick: () => {
          excluded = excluded.filter((one) => one !== range);
          events = events.filter((one) => one !== range);
          showMarks();
          onChange();
          byId("mark-from").focus();
        },
      });
      return element("li", {}, words, " ", drop);
    }),
  );
}
