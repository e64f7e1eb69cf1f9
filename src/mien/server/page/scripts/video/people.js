// One row a person: a name, whom they are the same as, and a bar coloured by the word shown.

import { byId, element, penOf } from "../elements.js";
import { labelOf, patternOf, percent } from "../labels.js";
import { settings } from "../settings.js";
import { lengthOf } from "../conversation/summary.js";
import { phrase } from "../words/phrases.js";
import { edits, givenName, merge, mergedInto, nameOf, rename } from "./edits.js";

/** @import { VideoPerson, VideoSummary } from "../answers.js" */

const WIDTH = 1200;
const HEIGHT = 48;
const THINNEST = 2;
const MOST_WORDS = 3;
const WORTH_SAYING = 0.005;

/**
 * @param {VideoSummary} summary
 * @param {number} seconds
 * @param {(seconds: number) => void} onSeek
 * @param {() => void} onChange
 */
export function showPeople(summary, seconds, onSeek, onChange) {
  const numbers = summary.people.map(({ id }) => id ?? 0);
  const rows = summary.people.map((person) => makeRow(person, numbers, seconds, onSeek, onChange));
  if (summary.others) {
    const title = element("p", { class: "film-name", phrase: "video.others" });
    rows.push(element("article", { class: "participant" }, title, makeBar(summary.others, seconds, onSeek)));
  }
  byId("film-people").replaceChildren(...rows);
}

/**
 * @param {VideoPerson} person
 * @param {number[]} numbers
 * @param {number} seconds
 * @param {(seconds: number) => void} onSeek
 * @param {() => void} onChange
 */
function makeRow(person, numbers, seconds, onSeek, onChange) {
  const id = person.id ?? 0;
  const title = phrase("video.person", { number: id });
  const name = element("input", {
    type: "text",
    class: "name",
    value: givenName(id),
    placeholder: title,
    maxlength: 200,
    autocomplete: "off",
    "aria-label": phrase("video.name", { name: title }),
  });
  name.addEventListener("change", () => {
    rename(id, name.value);
    onChange();
  });
  const same = element("select", {});
  same.append(
    element("option", { value: "", phrase: "video.nobody-else" }),
    ...numbers.filter((one) => one !== id).map((one) => element("option", { value: one, text: nameOf(one) })),
  );
  same.addEventListener("change", () => {
    merge(id, same.value ? Number(same.value) : null);
    onChange();
  });
  const head = element(
    "div",
    { class: "film-person" },
    name,
    element("label", { class: "field" }, element("span", { phrase: "video.same" }), " ", same),
    ...mergedInto(id).map((other) =>
      element("button", {
        text: `${nameOf(other)} ×`,
        onclick: () => {
          merge(other, null);
          onChange();
        },
      }),
    ),
  );
  return element("article", { class: "participant" }, head, makeBar(person, seconds, onSeek), makeWords(person));
}

/** @param {VideoPerson} person */
function wordsOf({ share }) {
  return Object.entries(share)
    .filter(([, value]) => value >= WORTH_SAYING)
    .sort(([, one], [, other]) => other - one)
    .slice(0, MOST_WORDS)
    .map(([label, value]) => `${labelOf(label)} ${percent(value)}`)
    .join(", ");
}

/** @param {VideoPerson} person */
function makeWords(person) {
  const seen = phrase("video.seen", { long: lengthOf(person.seconds) });
  return element("p", { class: "participant-words", text: `${seen}: ${wordsOf(person)}` });
}

/**
 * @param {VideoPerson} person
 * @param {number} seconds
 * @param {(seconds: number) => void} onSeek
 */
function makeBar(person, seconds, onSeek) {
  const whole = Math.max(seconds, 0.1);
  const name = person.id === null ? phrase("video.others") : nameOf(person.id);
  const canvas = element("canvas", {
    class: "time-bar",
    role: "img",
    width: WIDTH,
    height: HEIGHT,
    "aria-label": phrase("video.bar", { name, words: wordsOf(person) }),
  });
  const pen = penOf(canvas);
  const at = (/** @type {number} */ time) => (time / whole) * WIDTH;
  for (const [label, from, to] of person.bouts) {
    pen.fillStyle = patternOf(pen, label, settings.contrast);
    pen.fillRect(at(from), 0, Math.max(THINNEST, at(to) - at(from)), HEIGHT);
  }
  const { excluded, events } = edits();
  pen.fillStyle = "#00000099";
  for (const { start, end } of excluded) pen.fillRect(at(start), HEIGHT * 0.3, at(end) - at(start), HEIGHT * 0.4);
  pen.strokeStyle = "#000000";
  pen.lineWidth = 4;
  for (const { start, end } of events) pen.strokeRect(at(start), 2, at(end) - at(start), HEIGHT - 4);
  canvas.addEventListener("click", ({ offsetX }) => onSeek((offsetX / canvas.clientWidth) * whole));
  return canvas;
}
