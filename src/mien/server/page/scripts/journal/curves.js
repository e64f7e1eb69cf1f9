// Curves of the whole time, drawn from the numbers that the server gives.

import { byId, element } from "../elements.js";
import { phrase } from "../words/phrases.js";
import { dateOf } from "./numbers.js";
import { taskWord } from "./watch.js";

/** @import { JournalChart, JournalEntries } from "../answers.js" */

const SVG = "http://www.w3.org/2000/svg";
const LEFT = 44;
const RIGHT = 8;
const LEAST = 2;
/** Under so many days between two ticks the day is told, too. */
const MONTHS = 20;

/**
 * Show the curves, or none.
 * @param {JournalEntries} entries
 * @param {boolean} wanted
 */
export function showCurves({ charts, charts_task: task, check_ins: checkIns }, wanted) {
  const box = byId("curves");
  box.hidden = !wanted;
  if (!wanted) return;
  if (checkIns.length < LEAST) {
    box.replaceChildren(element("p", { text: phrase("curves.none") }));
    return;
  }
  const [mood, ...signs] = charts;
  box.replaceChildren(makeFigure(mood), element("p", { class: "small", text: phrase("curves.means") }));
  if (!task) return;
  box.append(
    element("h3", { text: phrase("curves.seen", { task: taskWord(task) }) }),
    element("div", { class: "small-curves" }, ...signs.map(makeFigure)),
  );
}

/** @param {JournalChart} chart */
function makeFigure(chart) {
  const title = phrase(/** @type {"curve.mood"} */ (`curve.${chart.name}`));
  const picture = draw("svg", { viewBox: `0 0 ${chart.width} ${chart.height}`, role: "img", "aria-label": title });
  for (const { at, text } of chart.y_ticks) {
    picture.append(draw("line", { class: "axis", x1: LEFT, x2: chart.width - RIGHT, y1: at, y2: at }));
    picture.append(label(LEFT - 6, at + 4, "end", text));
  }
  const days = chart.x_ticks.map(({ day }) => Date.parse(day ?? ""));
  const far = days.length > 1 && days[1] - days[0] > MONTHS * 86_400_000;
  for (const { at, day } of chart.x_ticks) {
    const told = day ? dateOf(day, far ? { month: "short" } : { day: "numeric", month: "short" }) : "";
    picture.append(label(at, chart.height - 5, "middle", told));
  }
  if (chart.band) picture.append(draw("path", { class: "band", d: chart.band }));
  for (const [cx, cy] of chart.points) picture.append(draw("circle", { class: "point", cx, cy, r: 2.2 }));
  picture.append(draw("path", { class: "line", d: chart.line }));
  return element("figure", { class: "curve" }, element("figcaption", { text: title }), picture);
}

/**
 * @param {number} x
 * @param {number} y
 * @param {string} anchor
 * @param {string} text
 */
function label(x, y, anchor, text) {
  const made = draw("text", { x, y, "text-anchor": anchor });
  made.textContent = text;
  return made;
}

/**
 * @param {string} tag
 * @param {Record<string, string | number>} attributes
 */
function draw(tag, attributes) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  return made;
}
