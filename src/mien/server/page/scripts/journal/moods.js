// Choosing a mood from 1 to 5, and how moods are shown.

import { element } from "../elements.js";
import { phrase } from "../words/phrases.js";

export const MOODS = [1, 2, 3, 4, 5];

/**
 * The word for a mood.
 * @param {number} mood - 1 to 5
 */
export function moodWord(mood) {
  const words = { 1: phrase("mood.1"), 2: phrase("mood.2"), 3: phrase("mood.3"), 4: phrase("mood.4"), 5: phrase("mood.5") };
  return words[/** @type {1 | 2 | 3 | 4 | 5} */ (mood)];
}

/**
 * Put five choices into a fieldset; the words change with the language.
 * @param {HTMLElement} fieldset
 * @param {string} name
 */
export function fillMoods(fieldset, name) {
  fieldset.querySelector(".mood-choices")?.remove();
  const choices = MOODS.map((mood) =>
    element(
      "label",
      { class: "mood-choice" },
      element("input", { type: "radio", name, value: mood, required: true }),
      element("span", { class: `mood m${mood}`, text: mood, "aria-hidden": "true" }),
      element("span", { phrase: /** @type {"mood.1"} */ (`mood.${mood}`) }),
    ),
  );
  fieldset.append(element("div", { class: "mood-choices" }, ...choices));
}

/**
 * The mood that is chosen, or null.
 * @param {HTMLElement} fieldset
 */
export function chosenMood(fieldset) {
  const chosen = fieldset.querySelector("input:checked");
  return chosen instanceof HTMLInputElement ? Number(chosen.value) : null;
}

/**
 * Choose a mood, or none.
 * @param {HTMLElement} fieldset
 * @param {number | null} mood
 */
export function chooseMood(fieldset, mood) {
  for (const input of fieldset.querySelectorAll("input")) input.checked = Number(input.value) === mood;
}
