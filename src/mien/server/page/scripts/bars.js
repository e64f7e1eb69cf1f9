// A bar with word and number for each expression.

import { element, setText } from "./elements.js";
import { colourOf, labelOf, percent } from "./labels.js";

/** @typedef {ReturnType<typeof makeBar>} Bar */

/**
 * One bar with word and number.
 * @param {string} label
 */
export function makeBar(label) {
  const bar = element("span", { class: "bar-fill" });
  bar.style.backgroundColor = colourOf(label);
  const number = element("span", { class: "bar-number" });
  const root = element(
    "li",
    {},
    element("span", { class: "bar-word", text: labelOf(label) }),
    element("span", { class: "bar", "aria-hidden": "true" }, bar),
    number,
  );
  return { root, bar, number };
}

/**
 * Set a bar to a probability.
 * @param {Bar} row
 * @param {number} probability
 */
export function setBar({ bar, number }, probability) {
  bar.style.transform = `scaleX(${probability.toFixed(3)})`;
  setText(number, percent(probability));
}
