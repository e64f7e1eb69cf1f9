// Starts the album page: asks what is in the album, ranks it, and keeps an eye on changes.

import { byId, messageOf, setText } from "../elements.js";
import { onSettings, startSettings } from "../settings.js";
import { askJson, Refused } from "./ask.js";
import { Detail } from "./detail.js";
import { FillingPanel } from "./filling.js";
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
import { startUnreadable } from "./unreadable.js";
import { labelOf } from "../labels.js";
import { startLanguage } from "../words/language.js";
import { onLanguage, phrase, twoPlaces } from "../words/phrases.js";

/** @import { AlbumAnswer, RankingAnswer } from "../answers.js" */
/** @import { Question } from "./words.js" */

/** @typedef {{ id: number, name: string }} Similar - the photo that others are to be like */

const LOOK_AGAIN = 15_000;
const LOOK_AGAIN_EMPTY = 4000;
const OFF = 404;

/**
 * `late`: it has changed while a photo was open, whose neighbours were not to change meanwhile.
 * @type {{ version: string | null, photos: number, similar: Similar | null, late: boolean }}
 */
const album = { version: null, photos: 0, similar: null, late: false };
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
const filling = new FillingPanel(lookAgain, complain);
const setLimits = startTaking(grid, () => withPlace(parameters()));

startLanguage();
startSettings();
onSettings(() => grid.measure());
startQuestion(() => {
  album.similar = null;
  rank();
});
byId("place").addEventListener("change", () => rank());
byId("select-all").addEventListener("click", () => selection.all(grid.items));
byId("select-none").addEventListener("click", () => {
  selection.clear();
  byId("select-all").focus();
});
byId("similar-back").addEventListener("click", () => {
  album.similar = null;
  rank();
});
byId("detail").addEventListener("close", () => {
  if (album.late) lookAgain();
});
startUnreadable();
byId("retry").addEventListener("click", begin);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) lookAgain();
});
tellSelection();
begin();
onLanguage(async () => {
  tellSelection();
  const found = await lookInto();
  if (found?.photos) await rank(true);
});

/** Ask what is in the album, and rank it. */
async function begin() {
  const found = await lookInto();
  if (found?.photos) await rank();
  filling.look();
}

/**
 * Ask what is in the album; null when that cannot be told.
 * @returns {Promise<AlbumAnswer | null>}
 */
async function lookInto() {
  clearTimeout(timer);
  /** @type {AlbumAnswer} */
  let found;
  try {
    found = await askJson("");
  } catch (error) {
    complain(error);
    later();
    return null;
  }
  byId("connection").hidden = true;
  Object.assign(album, { version: found.version, photos: found.photos });
  setLimits(found.limits);
  byId("empty").hidden = found.photos > 0;
  byId("album").hidden = found.photos === 0;
  if (found.photos) {
    offerLabels(found.label_sets);
    tellNotes(found);
  }
  later();
  return found;
}

/**
 * Rank the album anew; an answer that a newer question has overtaken is not shown.
 * @param {boolean} same - the same question as before, of an album that has changed
 */
async function rank(same = false) {
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
  if (similar) setText(byId("similar-words"), phrase("results.similar", { name: similar.name }));
  store.begin(withPlace(wanted));
  byId("nothing").hidden = found.ids.length > 0;
  byId("grid").hidden = found.ids.length === 0;
  if (same) grid.renew(found.ids, found.scores, question, found.stacks ?? {});
  else grid.show(found.ids, found.scores, question, found.stacks ?? {});
  tellCount(found, similar);
  tellBelow(found, question);
  tellSelection();
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

/** See whether the album has changed, and show what has come. */
async function lookAgain() {
  if (document.hidden) return;
  const before = album.version;
  album.late = detail.dialog.open;
  if (album.late) {
    later();
    return;
  }
  const found = await lookInto();
  if (found?.photos && found.version !== before) await rank(before !== null);
}

function later() {
  clearTimeout(timer);
  timer = setTimeout(lookAgain, album.photos ? LOOK_AGAIN : LOOK_AGAIN_EMPTY);
}

/**
 * @param {RankingAnswer} found
 * @param {Similar | null} similar
 */
function tellCount({ ids, without_time: timeless, in_bursts: bursts, alike }, similar) {
  const photos = phrase("album.photos", { count: album.photos });
  const words = similar
    ? phrase("results.alike", { count: ids.length })
    : phrase("results.of", { shown: ids.length, photos });
  const left = [];
  const stacked = (bursts ?? 0) + (alike ?? 0);
  if (stacked) left.push(phrase("results.stacked", { count: stacked }));
  if (timeless) left.push(phrase("results.dateless", { count: timeless }));
  setText(byId("count"), [words, ...left].join("; "));
}

/**
 * What is said of photos whose score is too low to show.
 * @param {RankingAnswer} found
 * @param {Question} question
 */
function tellBelow({ below = 0 }, { only }) {
  const score = twoPlaces(Number(byId("min-score", HTMLInputElement).value));
  const emotion = only === null ? "" : labelOf(only);
  byId("fainter").hidden = !below;
  const key = emotion ? "results.below-asked" : "results.below";
  setText(byId("fainter-words"), phrase(key, { count: below, score, emotion }));
  setText(byId("nothing-words"), below ? phrase("results.no-score", { score }) : phrase("results.nothing"));
}

function tellSelection() {
  const some = selection.size > 0;
  byId("select-none").hidden = !some;
  setText(byId("select-none"), phrase("results.none", { count: selection.size }));
  byId("results-bar").classList.toggle("some", some);
  byId("export").hidden = !some && !grid.items.length;
  byId("select-all").hidden = !grid.items.length;
}

/** @param {AlbumAnswer} found */
function tellNotes({ missing, other_model: other, unreadable }) {
  const notes = [];
  if (missing) notes.push(phrase("results.missing", { count: missing }));
  if (other) notes.push(phrase("results.other-model", { count: other }));
  setText(byId("notes"), notes.join(" "));
  byId("unreadable-note").hidden = !unreadable;
  setText(byId("show-unreadable"), phrase("results.unreadable", { count: unreadable }));
}

/** @param {unknown} error */
function complain(error) {
  const off = error instanceof Refused && error.status === OFF && error.what === "not found";
  byId("connection").hidden = false;
  byId("retry").hidden = off;
  const message = messageOf(error);
  const words = off
    ? phrase("album.off")
    : `${message[0].toUpperCase()}${message.slice(1)}`;
  setText(byId("connection-words"), words);
}
