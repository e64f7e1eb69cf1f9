// The question: a slider for each expression, filters, and their problems at their places.

import { byId, element, setText } from "../elements.js";
import { colourOf, facePath } from "../labels.js";

const TYPING = 350;
const SLIDING = 120;
const FIRST = { valence: "positive" };
const PLAIN = ["rule", "labels", "path", "expression", "from", "to"];
const PLACES = { weights: "weights", faces: "faces", from: "from", to: "to", expression: "expression" };

let labelSets = {};
let onChange = () => {};
let timer = 0;

/** Tie the controls; `changed` is called a moment after the last change. */
export function startQuestion(changed) {
  onChange = changed;
  const form = byId("question");
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", ({ target }) => {
    if (!isQuestion(target)) return;
    if (target.id === "labels") fillSliders();
    if (target.type === "range") tellWeight(target);
    soon(target.type === "range" ? SLIDING : TYPING);
  });
  byId("reset").addEventListener("click", () => {
    form.querySelectorAll("input, select").forEach((control) => {
      if (!isQuestion(control)) return;
      if (control.type === "checkbox") control.checked = control.defaultChecked;
      else if (control.tagName === "SELECT") control.selectedIndex = 0;
      else control.value = control.defaultValue;
    });
    fillSliders({});
    soon(0);
  });
  // On a phone the photos come first.
  if (matchMedia("(max-width: 61.99rem)").matches) byId("question-part").open = false;
}

/** Offer the label sets of the album; the question in the page's address is taken over. */
export function offerLabels(sets) {
  const first = !Object.keys(labelSets).length;
  labelSets = sets;
  for (const option of byId("labels").options) option.hidden = option.disabled = !sets[option.value];
  if (first) restore();
}

/** The question as parameters of an address. */
export function parameters() {
  const least = byId("faces-least").value || "1";
  const found = new URLSearchParams({
    weights: weights().map(([label, weight]) => `${label}:${weight}`).join(","),
    faces: `${least}..${byId("faces-most").value}`,
    sure: byId("sure").checked,
    bursts: byId("bursts").checked ? "best" : "all",
    min_size: byId("min-size").value || "0",
    min_sharpness: byId("min-sharpness").value || "0",
  });
  for (const id of PLAIN) if (byId(id).value) found.set(id, byId(id).value);
  return found;
}

/** What the words of an answer hang on. */
export function kindOf() {
  const wanted = weights();
  return {
    only: wanted.length === 1 ? wanted[0][0] : null,
    first: [...wanted].sort((one, other) => other[1] - one[1])[0]?.[0] ?? null,
    rule: byId("rule").value,
    minSize: Number(byId("min-size").value),
    minSharpness: Number(byId("min-sharpness").value),
    sure: byId("sure").checked,
    similar: false,
  };
}

/** Keep the question in the page's address, and say in short what is asked. */
export function remember() {
  history.replaceState(null, "", `#${parameters()}`);
  const wanted = weights();
  setText(byId("question-words"), wanted.map(([label]) => label).join(", "));
  const count = [...byId("filters").querySelectorAll("input")].filter(differs).length;
  setText(byId("filter-words"), count ? `${count} changed` : "");
}

/** Show what is wrong with the question where it is wrong; true if the place is known. */
export function showProblem({ what, message }) {
  clearProblems();
  const found = /^(?:query\.)?(weights|faces|from|to|expression): /.exec(what);
  if (!found) return false;
  const words = message.slice(found[0].length);
  const place = byId(`${PLACES[found[1]]}-problem`);
  place.hidden = false;
  setText(place, words[0].toUpperCase() + words.slice(1));
  place.closest("details").open = true;
  if (found[1] === "expression") pointAt(place, words);
  place.scrollIntoView({ block: "nearest" });
  return true;
}

/** Take back what was said about an earlier question. */
export function clearProblems() {
  for (const name of Object.values(PLACES)) byId(`${name}-problem`).hidden = true;
  byId("expression").removeAttribute("aria-invalid");
}

/** Show the expression with a mark under the character that the words name. */
function pointAt(place, words) {
  const field = byId("expression");
  field.setAttribute("aria-invalid", "true");
  const at = Number(/character (\d+)/.exec(words)?.[1] ?? 0) - 1;
  if (at < 0) return;
  const [before, here, after] = [field.value.slice(0, at), field.value[at] ?? " ", field.value.slice(at + 1)];
  const shown = element("code", { class: "pointed", "aria-hidden": "true" }, before, element("mark", { text: here }), after);
  place.append(shown);
}

function isQuestion(control) {
  return control.type === "range" || (control.id && control.closest("#filters, #question-part"));
}

function differs(control) {
  return control.type === "checkbox"
    ? control.checked !== control.defaultChecked
    : control.value !== control.defaultValue;
}

function soon(wait) {
  clearTimeout(timer);
  timer = setTimeout(() => {
    remember();
    onChange();
  }, wait);
}

function sliders() {
  return [...byId("sliders").querySelectorAll("input")];
}

function weights() {
  return sliders()
    .filter((slider) => Number(slider.value) > 0)
    .map((slider) => [slider.name, Number(slider.value) / 100]);
}

function fillSliders(kept = Object.fromEntries(sliders().map((slider) => [slider.name, slider.value]))) {
  const set = byId("labels").value;
  const labels = labelSets[set] ?? [];
  const any = labels.some((label) => Number(kept[label]) > 0);
  byId("sliders").replaceChildren(
    ...labels.map((label) => {
      const first = label === (FIRST[set] ?? "happy");
      const value = any ? (kept[label] ?? 0) : first ? 100 : 0;
      return makeSlider(label, value);
    }),
  );
}

function makeSlider(label, value) {
  const slider = element("input", { type: "range", name: label, id: `weight-${label}`, min: 0, max: 100, step: 5, value });
  slider.style.setProperty("--colour", colourOf(label));
  const number = element("output", { for: slider.id, class: "slider-number" });
  const row = element(
    "div",
    { class: "slider" },
    element("img", { src: facePath(label), alt: "", width: 28, height: 28 }),
    element("label", { for: slider.id, text: label }),
    slider,
    number,
  );
  tellWeight(slider, number, row);
  return row;
}

function tellWeight(slider, number = slider.nextElementSibling, row = slider.parentElement) {
  number.value = slider.value;
  row.classList.toggle("off", slider.value === "0");
  slider.setAttribute("aria-valuetext", slider.value === "0" ? "does not count" : `counts ${slider.value} of 100`);
  slider.style.setProperty("--filled", `${slider.value}%`);
}

function restore() {
  const kept = new URLSearchParams(location.hash.slice(1));
  for (const id of PLAIN) {
    const value = kept.get(id);
    const known = byId(id).tagName !== "SELECT" || [...byId(id).options].some((each) => each.value === value && !each.disabled);
    if (value !== null && known) byId(id).value = value;
  }
  const [least, most] = (kept.get("faces") ?? "1..").split("..");
  byId("faces-least").value = least;
  byId("faces-most").value = most ?? "";
  if (kept.has("sure")) byId("sure").checked = kept.get("sure") === "true";
  if (kept.has("bursts")) byId("bursts").checked = kept.get("bursts") === "best";
  if (kept.has("min_size")) byId("min-size").value = kept.get("min_size");
  if (kept.has("min_sharpness")) byId("min-sharpness").value = kept.get("min_sharpness");
  const pairs = (kept.get("weights") ?? "").split(",").map((part) => part.split(":"));
  fillSliders(Object.fromEntries(pairs.map(([label, weight]) => [label, 100 * Number(weight) || 0])));
  remember();
}
