// The bar of one person: the words along the time, and the moments as marks on it.

import { element, penOf } from "../elements.js";
import { labelOf, patternOf } from "../labels.js";
import { settings } from "../settings.js";
import { phrase } from "../words/phrases.js";
import { secondsByLabel } from "./moments.js";
import { clockOf, lengthOf, wordsOfMoment } from "./summary.js";

/** @import { Moment, Participant } from "./moments.js" */

const WIDTH = 1200;
const HEIGHT = 56;
const THINNEST = 3;
const NEAREST = 0.06;

/**
 * @param {Participant} participant
 * @param {number} seconds - of the whole conversation
 * @param {{ moment: Moment, number: number }[]} marks - of this person
 * @param {(number: number) => void} onMark
 */
export function makeBarOfTime(participant, seconds, marks, onMark) {
  const whole = Math.max(seconds, 1);
  const canvas = element("canvas", {
    class: "time-bar",
    role: "img",
    width: WIDTH,
    height: HEIGHT,
    "aria-label": labelFor(participant),
  });
  const context = penOf(canvas);
  for (const { label, from, to } of participant.spans) {
    context.fillStyle = patternOf(context, label, settings.contrast);
    const left = (from / whole) * WIDTH;
    context.fillRect(left, 0, Math.max(THINNEST, ((to - from) / whole) * WIDTH), HEIGHT);
  }
  let last = -Infinity;
  // Marks that would lie on one another stand in the list only.
  const apart = marks.filter(({ moment }) => {
    const free = moment.from - last >= whole * NEAREST;
    if (free) last = moment.from;
    return free;
  });
  const buttons = apart.map(({ moment, number }) => {
    const button = element("button", {
      class: "mark",
      text: number,
      "aria-label": `${number}: ${clockOf(moment.from)}, ${wordsOfMoment(moment)}`,
      onclick: () => onMark(number),
    });
    button.style.left = `${(100 * moment.from) / whole}%`;
    return button;
  });
  return element("div", { class: "time" }, element("div", { class: "marks" }, ...buttons), canvas);
}

/** @param {Participant} participant */
function labelFor(participant) {
  const words = secondsByLabel(participant).map(([label, long]) => `${labelOf(label)} ${lengthOf(long)}`);
  return phrase("review.bar", { name: participant.title, words: words.join(", ") });
}
