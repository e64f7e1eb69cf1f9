// The question: a slider for each expression, filters, and their problems at their places.

import { byId, element, setText } from "../elements.js";
import { colourOf, facePath, labelOf } from "../labels.js";
import { onLanguage, phrase, twoPlaces } from "../words/phrases.js";
import { Refused } from "./ask.js";

/** @import { Question } from "./words.js" */

const TYPING = 350;
const SLIDING = 120;
const PLAIN = ["rule", "labels", "path", "expression", "from", "to"];
/** @type {Record<string, string>} */
const PLACES = { weights: "weights", faces: "faces", from: "from", to: "to", expression: "expression" };

/** @type {Record<string, string[]>} */
let labelSets = {};
let onChange = () => {};
let timer = 0;

/**
 * Tie the controls.
 * @param {() => void} changed - called a moment after the last change
 */
export function startQuestion(changed) {
  onChange = changed;
  const form = byId("question");
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", ({ target }) => {
    if (!isControl(target) || !isQuestion(target)) return;
    if (target.id === "labels") fillSliders();
    if (target.id === "min-score") tellLeastScore();
    else if (target instanceof HTMLInputElement && target.type === "range") tellWeight(target);
    soon(target.type === "range" ? SLIDING : TYPING);
  });
  byId("reset").addEventListener("click", () => {
    form.querySelectorAll("input, select").forEach((control) => {
      if (isControl(control) && isQuestion(control)) putBack(control);
    });
    fillSliders({});
    tellLeastScore();
    soon(0);
  });
  for (const button of document.querySelectorAll(".clear-filters")) {
    button.addEventListener("click", () => {
      for (const control of byId("filters").querySelectorAll("input")) putBack(control);
      tellLeastScore();
      soon(0);
      byId("count").focus();
    });
  }
  byId("show-fainter").addEventListener("click", () => {
    input("min-score").value = "0";
    tellLeastScore();
    soon(0);
  });
  onLanguage(() => {
    if (!Object.keys(labelSets).length) return; // Nothing is asked yet.
    fillSliders();
    tellLeastScore();
    remember();
  });
  // On a phone the photos come first.
  const narrow = matchMedia("(max-width: 61.99rem)");
  const fold = () => {
    byId("question-part", HTMLDetailsElement).open = !narrow.matches;
  };
  narrow.addEventListener("change", fold);
  fold();
}

/**
 * Offer the label sets of the album; the question in the page's address is taken over.
 * @param {Record<string, string[]>} sets
 */
export function offerLabels(sets) {
  const first = !Object.keys(labelSets).length;
  labelSets = sets;
  for (const option of byId("labels", HTMLSelectElement).options) {
    option.hidden = option.disabled = !sets[option.value];
  }
  if (first) restore();
}

/** The question as parameters of an address. */
export function parameters() {
  const least = input("faces-least").value || "1";
  const found = new URLSearchParams({
    weights: weights().map(([label, weight]) => `${label}:${weight}`).join(","),
    faces: `${least}..${input("faces-most").value}`,
    sure: String(input("sure").checked),
    bursts: input("bursts").checked ? "best" : "all",
    min_size: input("min-size").value || "0",
    min_sharpness: input("min-sharpness").value || "0",
    min_brightness: input("min-brightness").value || "0",
    min_score: input("min-score").value,
  });
  for (const id of PLAIN) if (control(id).value) found.set(id, control(id).value);
  return found;
}

/**
 * What the words of an answer hang on.
 * @returns {Question}
 */
export function presentQuestion() {
  const wanted = weights();
  return {
    only: wanted.length === 1 ? wanted[0][0] : null,
    first: [...wanted].sort((one, other) => other[1] - one[1])[0]?.[0] ?? null,
    rule: control("rule").value,
    minSize: Number(input("min-size").value),
    minSharpness: Number(input("min-sharpness").value),
    minBrightness: Number(input("min-brightness").value),
    leastScore: Number(input("min-score").dataset.weak),
    sure: input("sure").checked,
    similar: false,
  };
}

/** Keep the question in the page's address, and say in short what is asked. */
export function remember() {
  history.replaceState(null, "", `#${parameters()}`);
  const wanted = weights();
  setText(byId("question-words"), wanted.map(([label]) => labelOf(label)).join(", "));
  const count = [...byId("filters").querySelectorAll("input")].filter(differs).length;
  setText(byId("filter-words"), count ? phrase("seek.changed", { count }) : "");
  for (const button of document.querySelectorAll(".clear-filters")) button.toggleAttribute("hidden", !count);
}

/**
 * Show what is wrong with the question where it is wrong; true if the place is known.
 * @param {unknown} error
 */
export function showProblem(error) {
  clearProblems();
  if (!(error instanceof Refused)) return false;
  const { what, message } = error;
  const found = /^(?:query\.)?(weights|faces|from|to|expression): /.exec(what);
  if (!found) return false;
  const words = message.slice(found[0].length);
  const place = byId(`${PLACES[found[1]]}-problem`);
  place.hidden = false;
  setText(place, words[0].toUpperCase() + words.slice(1));
  const part = place.closest("details");
  if (part) part.open = true;
  if (found[1] === "expression") pointAt(place, words);
  place.scrollIntoView({ block: "nearest" });
  return true;
}

/** Take back what was said about an earlier question. */
export function clearProblems() {
  for (const name of Object.values(PLACES)) byId(`${name}-problem`).hidden = true;
  byId("expression").removeAttribute("aria-invalid");
}

/**
 * Show the expression with a mark under the character that the words name.
 * @param {HTMLElement} place
 * @param {string} words
 */
function pointAt(place, words) {
  const field = input("expression");
  field.setAttribute("aria-invalid", "true");
  const at = Number(/character (\d+)/.exec(words)?.[1] ?? 0) - 1;
  if (at < 0) return;
  const [before, here, after] = [field.value.slice(0, at), field.value[at] ?? " ", field.value.slice(at + 1)];
  const shown = element("code", { class: "pointed", "aria-hidden": "true" }, before, element("mark", { text: here }), after);
  place.append(shown);
}

/** @typedef {HTMLInputElement | HTMLSelectElement} Control */

/**
 * @param {unknown} target
 * @returns {target is Control}
 */
function isControl(target) {
  return target instanceof HTMLInputElement || target instanceof HTMLSelectElement;
}

/** @param {string} id */
function control(id) {
  const found = byId(id);
  if (!isControl(found)) throw new Error(`#${id} of the page is no control`);
  return found;
}

/** @param {string} id */
function input(id) {
  return byId(id, HTMLInputElement);
}

/** @param {Control} control */
function isQuestion(control) {
  const stands = control.id && control.closest("#filters, #question-part");
  return control.type === "range" || Boolean(stands);
}

/** @param {Control} control */
function putBack(control) {
  if (control instanceof HTMLSelectElement) chooseFirst(control);
  else if (control.type === "checkbox") control.checked = control.defaultChecked;
  else control.value = control.defaultValue;
}

function tellLeastScore() {
  const { value } = input("min-score");
  setText(byId("faded-words"), phrase("seek.faded", { score: twoPlaces(Number(input("min-score").dataset.weak)) }));
  byId("min-score-words", HTMLOutputElement).value = Number(value) ? twoPlaces(Number(value)) : phrase("seek.score-none");
  input("min-score").style.setProperty("--filled", `${100 * Number(value)}%`);
}

/** @param {HTMLInputElement} control */
function differs(control) {
  return control.type === "checkbox"
    ? control.checked !== control.defaultChecked
    : control.value !== control.defaultValue;
}

/** @param {number} wait */
function soon(wait) {
  clearTimeout(timer);
  timer = setTimeout(() => {
    remember();
    onChange();
  }, wait);
}

/** @param {HTMLSelectElement} choice */
function chooseFirst(choice) {
  choice.selectedIndex = [...choice.options].findIndex((option) => option.defaultSelected);
}

function sliders() {
  return [...byId("sliders").querySelectorAll("input")];
}

/** @returns {[label: string, weight: number][]} */
function weights() {
  return sliders()
    .filter((slider) => Number(slider.value) > 0)
    .map((slider) => [slider.name, Number(slider.value) / 100]);
}

/** @returns {Record<string, number>} */
function positions() {
  return Object.fromEntries(sliders().map(({ name, value }) => [name, Number(value)]));
}

/** @param {Record<string, number>} kept - where the sliders are to stand, 0 to 100 */
function fillSliders(kept = positions()) {
  const set = byId("labels", HTMLSelectElement).selectedOptions[0];
  const labels = labelSets[set.value] ?? [];
  const any = labels.some((label) => (kept[label] ?? 0) > 0);
  byId("sliders").replaceChildren(
    ...labels.map((label) => {
      const first = label === set.dataset.first;
      const value = any ? (kept[label] ?? 0) : first ? 100 : 0;
      return makeSlider(label, value);
    }),
  );
}

/**
 * @param {string} label
 * @param {number} value
 */
function makeSlider(label, value) {
  const slider = element("input", { type: "range", name: label, id: `weight-${label}`, min: 0, max: 100, step: 5, value });
  slider.style.setProperty("--colour", colourOf(label));
  const number = element("output", { for: slider.id, class: "slider-number" });
  const row = element(
    "div",
    { class: "slider" },
    element("img", { src: facePath(label), alt: "", width: 28, height: 28 }),
    element("label", { for: slider.id, text: labelOf(label) }),
    slider,
    number,
  );
  tellWeight(slider);
  return row;
}

/**
 * Show what a slider stands at: in the number after it, and by its row.
 * @param {HTMLInputElement} slider
 */
function tellWeight(slider) {
  const number = slider.nextElementSibling;
  if (number instanceof HTMLOutputElement) number.value = slider.value;
  slider.parentElement?.classList.toggle("off", slider.value === "0");
  slider.setAttribute("aria-valuetext", slider.value === "0" ? phrase("seek.counts-not") : phrase("seek.counts", { value: slider.value }));
  slider.style.setProperty("--filled", `${slider.value}%`);
}

function restore() {
  const kept = new URLSearchParams(location.hash.slice(1));
  for (const id of PLAIN) {
    const value = kept.get(id);
    const field = control(id);
    const known =
      field instanceof HTMLInputElement ||
      [...field.options].some((each) => each.value === value && !each.disabled);
    if (value !== null && known) field.value = value;
  }
  const [least, most] = (kept.get("faces") ?? "1..").split("..");
  input("faces-least").value = least;
  input("faces-most").value = most ?? "";
  if (kept.has("sure")) input("sure").checked = kept.get("sure") === "true";
  if (kept.has("bursts")) input("bursts").checked = kept.get("bursts") === "best";
  for (const name of ["size", "sharpness", "brightness", "score"]) {
    const least = kept.get(`min_${name}`);
    if (least !== null) input(`min-${name}`).value = least;
  }
  const pairs = (kept.get("weights") ?? "").split(",").map((part) => part.split(":"));
  tellLeastScore();
  fillSliders(Object.fromEntries(pairs.map(([label, weight]) => [label, 100 * Number(weight) || 0])));
  remember();
}
