// A column of the table over time, a line a person; told apart by dashes as well as colour.

import { element, penOf } from "../elements.js";
import { phrase } from "../words/phrases.js";
import { clockOf } from "../conversation/summary.js";
import { nameOf } from "./edits.js";

/** @import { VideoCurves } from "../answers.js" */

const WIDTH = 1200;
const HEIGHT = 300;
const EDGE = 8;
const PAUSE = 0.5;
const DASHES = [[], [14, 8], [3, 7], [20, 6, 3, 6]];

/**
 * @param {string} column
 * @param {VideoCurves} curves
 * @param {number} seconds
 */
export function plot(column, curves, seconds) {
  const values = Object.values(curves).flat().map(([, value]) => value);
  const low = values.reduce((one, other) => Math.min(one, other), Infinity);
  const high = values.reduce((one, other) => Math.max(one, other), -Infinity);
  if (values.length === 0) return element("p", { phrase: "video.nobody" });
  const words = phrase("video.plot", { column, low: shortly(low), high: shortly(high) });
  const canvas = element("canvas", { class: "film-curve", role: "img", width: WIDTH, height: HEIGHT, "aria-label": words });
  const pen = penOf(canvas);
  // Of the page, so that it can be read in both schemes.
  const ink = getComputedStyle(document.documentElement).getPropertyValue("--ink");
  const accent = getComputedStyle(document.documentElement).getPropertyValue("--accent");
  const names = Object.entries(curves).map(([person, points], at) => {
    pen.strokeStyle = at % 2 ? ink : accent;
    pen.lineWidth = 4;
    pen.setLineDash(DASHES[at % DASHES.length] ?? []);
    pen.beginPath();
    let before = -Infinity;
    for (const [time, value] of points) {
      const x = (time / Math.max(seconds, 0.1)) * WIDTH;
      const y = HEIGHT - EDGE - ((value - low) / (high - low || 1)) * (HEIGHT - 2 * EDGE);
      if (time - before > PAUSE) pen.moveTo(x, y);
      else pen.lineTo(x, y);
      before = time;
    }
    pen.stroke();
    return element("li", {}, makeSample(at, at % 2 ? ink : accent), " ", nameOf(Number(person)));
  });
  return element(
    "figure",
    { class: "film-figure" },
    element("figcaption", { text: words }),
    canvas,
    element("p", { class: "ends" }, element("span", { text: "0:00" }), element("span", { text: clockOf(seconds) })),
    element("ul", { class: "film-legend" }, ...names),
  );
}

/**
 * @param {number} at
 * @param {string} colour
 */
function makeSample(at, colour) {
  const canvas = element("canvas", { width: 60, height: 12, "aria-hidden": "true" });
  const pen = penOf(canvas);
  pen.strokeStyle = colour;
  pen.lineWidth = 4;
  pen.setLineDash(DASHES[at % DASHES.length] ?? []);
  pen.moveTo(0, 6);
  pen.lineTo(60, 6);
  pen.stroke();
  return canvas;
}

/** @param {number} value */
function shortly(value) {
  return Number(value.toPrecision(3));
}
