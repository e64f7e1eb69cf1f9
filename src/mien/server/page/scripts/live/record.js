// The rows of this session: in the page's memory only, until they are saved or forgotten.

import { byId, offerFile, setText, stamp } from "../elements.js";
import { phrase } from "../words/phrases.js";

/** @import { FrameAnswer } from "../answers.js" */
/** @import { People } from "./people.js" */

const MOST_ROWS = 200_000;
const BEFORE = ["clock", "time", "width", "height", "person", "track"];
const BOX = ["left", "top", "right", "bottom", "score", "detected"];
const READING = ["label", "top_emotion", "confidence", "unsure"];

/** @type {(string | number | boolean)[][]} */
let rows = [];
/** @type {string[]} */
let labels = [];
let dropped = 0;

/**
 * Keep one analysed frame: one row a face.
 * @param {FrameAnswer} frame
 * @param {number} seconds - since the camera was started
 * @param {People} people
 */
export function keepRows(frame, seconds, people) {
  const clock = new Date().toISOString();
  for (const { track, xyxy, score } of frame.faces) {
    const person = track && people.byTrack.get(track.id);
    if (!track || !person) continue;
    const { probabilities } = track;
    labels = Object.keys(probabilities);
    rows.push([
      clock,
      seconds.toFixed(3),
      frame.width,
      frame.height,
      person.number,
      track.id,
      ...xyxy,
      score,
      track.detected,
      track.label,
      track.top_emotion,
      track.confidence,
      track.unsure,
      ...labels.map((label) => probabilities[label]),
    ]);
  }
  if (rows.length > MOST_ROWS) {
    // A tenth at once, because taking rows off the front copies all the others.
    dropped += rows.splice(0, MOST_ROWS / 10).length;
  }
}

/** How many rows there are. */
export function rowCount() {
  return rows.length;
}

/** Say how much there is, and whether it can be saved. */
export function showRows() {
  const told = rows.length ? phrase("data.rows", { count: rows.length }) : phrase("data.none");
  const lost = dropped ? ` ${phrase("data.dropped", { count: dropped })}` : "";
  setText(byId("data-words"), told + lost);
  for (const id of ["save-data", "forget"]) byId(id, HTMLButtonElement).disabled = !rows.length;
}

/** Hand the rows over as CSV. */
export function saveRows() {
  const header = [...BEFORE, ...BOX, ...READING, ...labels];
  // Labels and numbers only: none has a comma or a quote.
  const text = [header, ...rows].map((row) => row.join(",")).join("\n");
  offerFile(new Blob([`${text}\n`], { type: "text/csv" }), `mien-${stamp()}.csv`);
}

/** Forget all rows. */
export function forgetRows() {
  rows = [];
  dropped = 0;
  showRows();
}
