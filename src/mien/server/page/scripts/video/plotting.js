// Any column of the table over time, a line for each person.

import { byId, element, messageOf, setText } from "../elements.js";
import { engine } from "../engine/engine.js";
import { numberOf, phrase, setPhrase } from "../words/phrases.js";
import { scrubOn } from "./lanes.js";

/** @import { Seen } from "./seen.js" */
/** @typedef {[number, number][]} Points - time and value */

const WIDTH = 1000;
const HEIGHT = 220;
const LINES = 6;
const BREAK = 1;
const USUAL = "smoothed_happy";
const SVG = "http://www.w3.org/2000/svg";

/** Counts what was asked for, so that an answer that comes late is not shown. */
let asked = 0;

/** @param {string[]} columns */
export function offerColumns(columns) {
  const choice = byId("video-column", HTMLSelectElement);
  if (choice.options.length === columns.length) return;
  choice.replaceChildren(...columns.map((name) => element("option", { value: name, text: name })));
  if (columns.includes(USUAL)) choice.value = USUAL;
}

/**
 * Draw the chosen column, if the box is open.
 * @param {Seen} seen
 */
export async function showPlot(seen) {
  const box = byId("video-plot-box", HTMLDetailsElement);
  const column = byId("video-column", HTMLSelectElement).value;
  if (!box.open || !column || !engine.videos) return;
  const mine = ++asked;
  try {
    const tracks = await engine.videos.column(column);
    if (mine === asked) drawPlot(column, tracks, seen);
  } catch (error) {
    if (mine === asked) setText(byId("video-plot"), messageOf(error));
  }
}

/**
 * @param {string} column
 * @param {Record<string, Points>} tracks
 * @param {Seen} seen
 */
function drawPlot(column, tracks, seen) {
  const kept = new Set(seen.people().people.map(({ key }) => Number(key)));
  /** @type {Map<number, Points>} */
  const people = new Map();
  for (const [track, points] of Object.entries(tracks)) {
    const number = seen.personOf(Number(track));
    if (kept.has(number)) people.set(number, [...(people.get(number) ?? []), ...points]);
  }
  const values = [...people.values()].flat().map(([, value]) => value);
  if (!values.length) {
    setPhrase(byId("video-plot"), "video.plot-none");
    byId("video-legend").replaceChildren();
    return;
  }
  const likely = values.every((value) => value >= 0 && value <= 1);
  const low = likely ? 0 : values.reduce((one, other) => Math.min(one, other));
  const high = likely ? 1 : values.reduce((one, other) => Math.max(one, other));
  const [least, most] = [low, high].map((value) => numberOf(Math.round(value * 100) / 100));
  const svg = makeSvg("svg", {
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    preserveAspectRatio: "none",
    role: "img",
    "aria-label": phrase("video.plot-label", { column, count: people.size, low: least, high: most }),
  });
  const whole = Number(byId("video-time", HTMLInputElement).max);
  let line = 0;
  const legend = [];
  for (const [number, points] of people) {
    points.sort(([one], [other]) => one - other);
    const style = `video-line line-${line++ % LINES}`;
    svg.append(makeSvg("path", { d: pathOf(points, whole, low, high - low || 1), class: style }));
    const sample = makeSvg("svg", { viewBox: "0 0 40 8", class: "video-sample", "aria-hidden": "true" });
    sample.append(makeSvg("path", { d: "M0 4H40", class: style }));
    legend.push(element("li", {}, sample, seen.titleOf(number)));
  }
  const strip = element("div", { class: "video-strip" });
  strip.append(svg);
  scrubOn(strip);
  const scale = element("div", { class: "video-scale", "aria-hidden": "true" }, element("span", { text: most }), element("span", { text: least }));
  byId("video-plot").removeAttribute("data-phrase");
  byId("video-plot").replaceChildren(scale, strip);
  byId("video-legend").replaceChildren(...legend);
}

/**
 * @param {Points} points
 * @param {number} whole
 * @param {number} low
 * @param {number} range
 */
function pathOf(points, whole, low, range) {
  let last = -Infinity;
  const margin = 6;
  return points
    .map(([time, value]) => {
      const x = (time / whole) * WIDTH;
      const y = HEIGHT - margin - ((value - low) / range) * (HEIGHT - 2 * margin);
      const move = time - last > Math.max(BREAK, whole / 100) ? "M" : "L";
      last = time;
      return `${move}${x.toFixed(1)} ${y.toFixed(1)}`;
    })
    .join("");
}

/**
 * @param {string} name
 * @param {Record<string, string>} attributes
 */
function makeSvg(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}
