// Starts the album page: asks what is in the album, ranks it, and keeps an eye on changes.

import { byId, messageOf, setText } from "../elements.js";
import { onSettings, startSettings } from "../settings.js";
import { askJson, Refused } from "./ask.js";
import { Detail } from "./detail.js";
import { Grid } from "./grid.js";
import {
  clearProblems,
  offerLabels,
  parameters,
  presentQuestion,
  showProblem,
  startQuestion,
} from "./question.js";
import { Selection } from "./selection.js";
import { Store } from "./store.js";
import { startTaking } from "./take.js";
import { counted } from "./words.js";

/** @import { AlbumAnswer, RankingAnswer } from "../answers.js" */
/** @import { Question } from "./words.js" */

/** @typedef {{ id: number, name: string }} Similar - the photo that others are to be like */

const LOOK_AGAIN = 15_000;
const LOOK_AGAIN_EMPTY = 4000;
const OFF = 404;

/** @type {{ version: string | null, photos: number, similar: Similar | null }} */
const album = { version: null, photos: 0, similar: null };
let asked = 0;
let timer = 0;

/** @type {Store} */
const store = new Store(() => grid.fill(), complain);
/** @type {Selection} */
const selection = new Selection(() => {
  grid.mark();
  tellSelection();
});
const grid = new Grid(byId("grid"), store, selection, (at) => detail.open(at));
/** @type {Detail} */
const detail = new Detail(grid, (id, name) => {
  album.similar = { id, name };
  rank();
});
const setLimits = startTaking(grid, () => withPlace(parameters()));

startSettings();
onSettings(() => grid.measure());
startQuestion(() => {
  album.similar = null;
  rank();
});
byId("place").addEventListener("change", rank);
byId("select-all").addEventListener("click", () => selection.all(grid.items));
byId("select-none").addEventListener("click", () => {
  selection.clear();
  byId("select-all").focus();
});
byId("similar-back").addEventListener("click", () => {
  album.similar = null;
  rank();
});
byId("show-newer").addEventListener("click", begin);
byId("retry").addEventListener("click", begin);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) lookAgain();
});
tellSelection();
begin();

/** Ask what is in the album, and rank it. */
async function begin() {
  byId("newer").hidden = true;
  /** @type {AlbumAnswer} */
  let found;
  try {
    found = await askJson("");
  } catch (error) {
    complain(error);
    later(LOOK_AGAIN_EMPTY);
    return;
  }
  byId("connection").hidden = true;
  Object.assign(album, { version: found.version, photos: found.photos });
  setLimits(found.limits);
  byId("empty").hidden = found.photos > 0;
  byId("album").hidden = found.photos === 0;
  if (found.photos) {
    offerLabels(found.label_sets);
    tellNotes(found);
    await rank();
  }
  later(found.photos ? LOOK_AGAIN : LOOK_AGAIN_EMPTY);
}

/** Rank the album anew; an answer that a newer question has overtaken is not shown. */
async function rank() {
  const own = (asked += 1);
  const { similar } = album;
  const wanted = parameters();
  /** @type {Question} */
  const question = { ...presentQuestion(), similar: similar !== null };
  /** @type {RankingAnswer} */
  let found;
  try {
    found = await askJson(similar ? `/similar?photo=${similar.id}` : `/ranking?${wanted}`);
  } catch (error) {
    if (own === asked && !showProblem(error)) complain(error);
    return;
  }
  if (own !== asked) return;
  clearProblems();
  byId("connection").hidden = true;
  byId("similar-banner").hidden = !similar;
  if (similar) setText(byId("similar-words"), `Photos whose faces express most nearly what they do in ${similar.name}. It does not find people.`);
  store.begin(withPlace(wanted));
  grid.show(found.ids, found.scores, question);
  byId("nothing").hidden = found.ids.length > 0;
  byId("grid").hidden = found.ids.length === 0;
  tellCount(found, similar);
}

/**
 * What photos are asked for with: the question, and whether to tell places, which no ranking takes.
 * @param {URLSearchParams} wanted
 */
function withPlace(wanted) {
  const found = new URLSearchParams(wanted);
  if (byId("place", HTMLInputElement).checked) found.set("place", "true");
  return found;
}

/** See whether the album has changed; an empty one is shown as soon as there is something. */
async function lookAgain() {
  clearTimeout(timer);
  if (document.hidden) return;
  if (!album.photos) {
    await begin();
    return;
  }
  try {
    const { version } = await askJson("");
    byId("connection").hidden = true;
    byId("newer").hidden = version === album.version;
  } catch (error) {
    complain(error);
  }
  later(LOOK_AGAIN);
}

/** @param {number} wait */
function later(wait) {
  clearTimeout(timer);
  timer = setTimeout(lookAgain, wait);
}

/**
 * @param {RankingAnswer} found
 * @param {Similar | null} similar
 */
function tellCount({ ids, without_time: timeless, in_bursts: bursts, alike }, similar) {
  const shown = ids.length.toLocaleString("en-GB");
  const words = similar ? `${shown} photos, the most alike first` : `${shown} of ${counted(album.photos, "photo")}`;
  const left = [];
  if (bursts) left.push(`${counted(bursts, "photo")} behind a better one of the same burst`);
  if (alike) left.push(`${counted(alike, "photo")} alike to another`);
  if (timeless) left.push(`${counted(timeless, "photo")} without a date`);
  setText(byId("count"), left.length ? `${words}; left out: ${left.join(", ")}` : words);
}

function tellSelection() {
  const some = selection.size > 0;
  byId("select-none").hidden = !some;
  setText(byId("select-none"), `Clear ${counted(selection.size, "selected photo")}`);
  byId("results-bar").classList.toggle("some", some);
}

/** @param {AlbumAnswer} found */
function tellNotes({ missing, other_model: other, unreadable }) {
  const notes = [];
  if (missing) notes.push(`${counted(missing, "photo")} whose folders are no longer there are left out: mien album status.`);
  if (other) notes.push(`${counted(other, "photo")} that another model has read are left out: index them again.`);
  if (unreadable) notes.push(`${counted(unreadable, "file")} cannot be read: mien album status --unreadable`);
  setText(byId("notes"), notes.join(" "));
}

/** @param {unknown} error */
function complain(error) {
  const off = error instanceof Refused && error.status === OFF && error.what === "not found";
  byId("connection").hidden = false;
  byId("retry").hidden = off;
  const message = messageOf(error);
  const words = off
    ? "This server does not show an album. Whoever runs it can switch it on: mien serve --album"
    : `${message[0].toUpperCase()}${message.slice(1)}`;
  setText(byId("connection-words"), words);
}
