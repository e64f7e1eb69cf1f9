// A bar for each person along the time, with names, merging, and what was marked.

import { makeBarOfTime } from "../conversation/bar.js";
import { LONGEST_NAME } from "../conversation/names.js";
import { byId, element, setText } from "../elements.js";
import { phrase, setPhrase } from "../words/phrases.js";
import { showTime } from "./film.js";

/** @import { Participant } from "../conversation/moments.js" */
/** @import { Seen } from "./seen.js" */

/**
 * Show who was seen.
 * @param {Seen} seen
 * @param {() => void} onChange - called when names or people have changed
 */
export function showLanes(seen, onChange) {
  const { people, others } = seen.people();
  const whole = Number(byId("video-time", HTMLInputElement).max);
  byId("video-people").replaceChildren(
    ...people.map((person) => makeLane(person, people, seen, whole, onChange)),
  );
  byId("video-others").hidden = others === 0;
  setPhrase(byId("video-others"), "video.others", { count: others });
}

/**
 * Move the line on all bars.
 * @param {number} time
 */
export function showOnLanes(time) {
  const whole = Number(byId("video-time", HTMLInputElement).max);
  byId("video-full").style.setProperty("--now", `${(100 * time) / whole}%`);
}

/**
 * @param {Participant} person
 * @param {Participant[]} people
 * @param {Seen} seen
 * @param {number} whole
 * @param {() => void} onChange
 */
function makeLane(person, people, seen, whole, onChange) {
  const number = Number(person.key);
  const name = element("input", {
    type: "text",
    class: "name",
    id: `video-name-${number}`,
    value: person.name,
    placeholder: person.title,
    maxlength: LONGEST_NAME,
    autocomplete: "off",
    "aria-label": phrase("review.name", { name: person.title }),
  });
  name.addEventListener("change", () => {
    seen.names.set(number, name.value.replace(/\s+/g, " ").trim());
    onChange();
  });
  const head = element("div", { class: "video-who" }, name);
  if (people.length > 1 || person.numbers.length > 1) head.append(makeMerge(person, people, seen, onChange));
  const bar = makeBarOfTime(person, whole, [], () => {});
  const strip = element("div", { class: "video-strip" }, bar, ...seen.ranges.map((range) => makeRange(range, whole)));
  scrubOn(strip);
  return element("article", { class: "participant" }, head, strip);
}

/**
 * @param {Participant} person
 * @param {Participant[]} people
 * @param {Seen} seen
 * @param {() => void} onChange
 */
function makeMerge(person, people, seen, onChange) {
  const number = Number(person.key);
  const choice = element("select", {
    "aria-label": phrase("video.same-as", { name: person.title }),
  });
  choice.append(element("option", { value: "", phrase: "video.same" }));
  for (const other of people) {
    if (other !== person) choice.append(element("option", { value: other.key, text: other.title }));
  }
  for (const track of person.numbers) {
    if (track === number) continue;
    choice.append(element("option", { value: `-${track}`, phrase: "video.apart", values: { name: seen.titleOf(track) } }));
  }
  choice.addEventListener("change", () => {
    const into = Number(choice.value);
    if (into < 0) seen.merged.delete(-into);
    else if (!seen.merge(number, into)) {
      const values = { one: person.title, other: seen.titleOf(into) };
      setPhrase(byId("video-status"), "video.together", values);
      choice.value = "";
      return;
    }
    setText(byId("video-status"), "");
    onChange();
    byId("video-time").focus();
  });
  return choice;
}

/**
 * @param {{ label: string, start: number, end: number }} range
 * @param {number} whole
 */
function makeRange({ label, start, end }, whole) {
  const shown = element("span", { class: label ? "video-event" : "video-excluded", text: label, "aria-hidden": "true" });
  shown.style.left = `${(100 * start) / whole}%`;
  shown.style.width = `${Math.max(0, (100 * (Math.min(end, whole) - start)) / whole)}%`;
  return shown;
}

/**
 * Let the pointer choose a time on it; the keyboard has the slider for that.
 * @param {HTMLElement} strip
 */
export function scrubOn(strip) {
  const scrub = (/** @type {PointerEvent} */ { clientX }) => {
    const { left, width } = strip.getBoundingClientRect();
    showTime(((clientX - left) / width) * Number(byId("video-time", HTMLInputElement).max));
  };
  strip.addEventListener("pointerdown", (event) => {
    strip.setPointerCapture(event.pointerId);
    scrub(event);
  });
  strip.addEventListener("pointermove", (event) => strip.hasPointerCapture(event.pointerId) && scrub(event));
}
