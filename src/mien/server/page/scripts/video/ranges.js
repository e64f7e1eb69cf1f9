// Ranges of a video that are left out, or events with a name.

import { byId, element, setText } from "../elements.js";
import { numberOf, phrase, setPhrase } from "../words/phrases.js";
import { shownTime } from "./film.js";

/** @import { VideoRange } from "../answers.js" */
/** @import { Seen } from "./seen.js" */

const input = (/** @type {string} */ id) => byId(id, HTMLInputElement);

/**
 * Tie the form.
 * @param {() => Seen} current
 * @param {() => void} onChange
 */
export function startRanges(current, onChange) {
  const here = () => String(Math.round(shownTime() * 100) / 100);
  byId("video-from-here").addEventListener("click", () => (input("video-from").value = here()));
  byId("video-to-here").addEventListener("click", () => (input("video-to").value = here()));
  byId("video-range", HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    const [start, end] = [Number(input("video-from").value), Number(input("video-to").value)];
    if (end <= start) {
      setPhrase(byId("video-status"), "video.range-wrong");
      input("video-to").focus();
      return;
    }
    const label = input("video-label").value.replace(/\s+/g, " ").trim();
    current().ranges.push({ label, start, end });
    for (const id of ["video-from", "video-to", "video-label"]) input(id).value = "";
    setText(byId("video-status"), "");
    onChange();
  });
}

/**
 * @param {Seen} seen
 * @param {() => void} onChange
 */
export function showRanges(seen, onChange) {
  byId("video-ranges").replaceChildren(
    ...seen.ranges.map((range) =>
      element(
        "li",
        {},
        element("span", { text: phrase("video.range", valuesOf(range)) }),
        element("button", {
          text: "×",
          class: "round",
          "aria-label": phrase("video.remove", valuesOf(range)),
          onclick: () => {
            seen.ranges = seen.ranges.filter((other) => other !== range);
            onChange();
            input("video-from").focus();
          },
        }),
      ),
    ),
  );
}

/** @param {VideoRange} range */
function valuesOf({ label, start, end }) {
  return { label: label || phrase("video.excluded"), start: numberOf(start), end: numberOf(end) };
}
