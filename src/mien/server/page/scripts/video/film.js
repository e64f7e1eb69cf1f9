// What was found in a video, together: the picture, the people, the plot, the marks, the tables.

import { byId, element, messageOf, offerFile, setText } from "../elements.js";
import { setPhrase } from "../words/phrases.js";
import { edits, forgetEdits, startMarks } from "./edits.js";
import { closePlayer, openPlayer, redraw, seek, startPlayer } from "./player.js";
import { showPeople } from "./people.js";
import { plot } from "./plot.js";

/** @import { VideoDesk, VideoState, VideoSummary } from "../answers.js" */

const TABLES = /** @type {const} */ ([
  ["rows.csv", "video.rows", "CSV"],
  ["rows.json", "video.rows", "JSON"],
  ["rows.parquet", "video.rows", "Parquet"],
  ["summary.json", "video.summary", "JSON"],
  ["summary.csv", "video.summary", "CSV"],
  ["events.csv", "video.events", "CSV"],
]);

/** @type {VideoState | null} */
let shown = null;
/** @type {VideoDesk} */
let desk;

/** @param {VideoDesk} reader */
export function startFilm(reader) {
  desk = reader;
  startPlayer(reader);
  startMarks(() => void update());
  byId("film-column").addEventListener("change", () => void showPlot());
  byId("film-tables").replaceChildren(
    ...TABLES.map(([table, key, form]) =>
      element("button", { phrase: key, values: { form }, onclick: () => void take(table) }),
    ),
  );
}

/**
 * @param {VideoState} state
 * @param {File} file
 * @returns {Promise<number>} how many people were seen
 */
export async function openFilm(state, file) {
  shown = state;
  forgetEdits();
  byId("film-column").replaceChildren(
    element("option", { value: "", phrase: "video.no-column" }),
    ...state.columns.map((name) => element("option", { value: name, text: name })),
  );
  openPlayer(state, file);
  const summary = await update();
  return summary ? summary.people.length + (summary.others?.people ?? 0) : 0;
}

/** Let go of the file and of what was said about it. */
export function closeFilm() {
  shown = null;
  forgetEdits();
  closePlayer();
  byId("film-plot").replaceChildren();
}

/**
 * Ask for the summary again, as it is with what the person has said.
 * @returns {Promise<VideoSummary | null>}
 */
async function update() {
  const state = shown;
  if (!state) return null;
  setText(byId("film-said"), "");
  try {
    const summary = await desk.summary(state.key, edits());
    if (shown !== state) return null;
    showPeople(summary, state.seconds ?? state.at, seek, () => void update());
    const count = edits().excluded.length;
    if (count) setPhrase(byId("film-left-out"), "video.left-out", { count });
    else setText(byId("film-left-out"), "");
    redraw();
    await showPlot();
    return summary;
  } catch (error) {
    setText(byId("film-said"), messageOf(error));
    return null;
  }
}

async function showPlot() {
  const state = shown;
  const name = byId("film-column", HTMLSelectElement).value;
  const place = byId("film-plot");
  if (!state || !name) {
    place.replaceChildren();
    return;
  }
  try {
    const curves = await desk.curves(state.key, name, edits());
    if (shown === state) place.replaceChildren(plot(name, curves, state.seconds ?? state.at));
  } catch (error) {
    setText(byId("film-said"), messageOf(error));
  }
}

/** @param {string} table */
async function take(table) {
  const state = shown;
  if (!state) return;
  try {
    const stem = state.name.replace(/\.[^.]*$/, "");
    offerFile(await desk.table(state.key, table, edits()), `${stem}-${table}`);
  } catch (error) {
    setText(byId("film-said"), messageOf(error));
  }
}
