// The journal's tab: opens it, and shows one of its places.

import { byId, messageOf, setText } from "../elements.js";
import { engine } from "../engine/engine.js";
import { onLanguage, setPhrase } from "../words/phrases.js";
import { isTyped, startCheckIn } from "./check-in.js";
import { startEntry } from "./entry.js";
import { closeGate, openGate, startGate } from "./gate.js";
import { showPapers, startPapers } from "./papers.js";
import { showHelp, showSaid } from "./said.js";
import { showCurves } from "./curves.js";
import { showSpan, startSpans, toToday } from "./weeks.js";
import { startWatch, stopWatch } from "./watch.js";

/** @import { JournalEntries } from "../answers.js" */
/** @import { Key } from "../words/phrases.js" */

const PLACES = /** @type {const} */ (["check-in", "week", "month", "all"]);
/** @typedef {typeof PLACES[number] | "watch"} Place */

/** @type {Place} */
let place = "week";
/** @type {JournalEntries | null} */
let entries = null;
/** @type {Promise<void> | null} Who asks meanwhile waits, and looks again. */
let opening = null;

/** Tie the tab; a page without a journal does not show it. */
export function startJournal() {
  byId("tab-journal").hidden = engine.journal === null;
  if (!engine.journal) return;
  const journal = engine.journal;
  for (const button of placeButtons()) {
    button.addEventListener("click", () => go(/** @type {Place} */ (button.dataset["place"])));
  }
  startGate(journal, open);
  startCheckIn(journal, { kept, refused, toCamera: () => go("watch") });
  startWatch(journal, { done: () => go("check-in"), refused });
  startEntry(journal, { changed: reload, refused });
  startPapers(journal, { reload, refused, left: () => closed("journal.opening") });
  startSpans({ changed: show, toWeek: () => go("week") });
  document.addEventListener("tabchange", () => byId("journal").hidden || open());
  // Another window may have added something.
  document.addEventListener("visibilitychange", () => isShown() && entries && open());
  onLanguage(show);
  if (!byId("journal").hidden) open();
}

const isShown = () => !byId("journal").hidden && document.visibilityState !== "hidden";

/** Look what there is to open, and open it. */
async function open() {
  while (opening) await opening;
  opening = look();
  await opening;
}

async function look() {
  if (!engine.journal) return;
  if (engine.place !== null) {
    openGate("elsewhere");
    opening = null;
    return;
  }
  if (!entries) say("journal.opening");
  try {
    const state = await engine.journal.state();
    byId("lock").hidden = !state.passphrase;
    if (state.damage !== null) closed(null, () => openGate("damaged", state));
    else if (state.locked) closed(null, () => openGate("locked", state));
    else if (!state.there || !state.agreed) closed(null, () => openGate("consent", state));
    else {
      entries = await engine.journal.entries();
      closeGate();
      if (byId("journal-status").dataset["phrase"] === "journal.opening") say(null);
      byId("journal-open").hidden = false;
      if (!entries.check_ins.length && place !== "watch") place = "check-in";
      show();
    }
  } catch (error) {
    refused(error);
  } finally {
    opening = null;
  }
}

/**
 * Show nothing of the journal, but what is being typed.
 * @param {Key | null} words
 * @param {() => void} [then]
 */
function closed(words, then) {
  entries = null;
  stopWatch();
  say(words);
  byId("journal-open").hidden = !isTyped();
  if (isTyped()) place = "check-in";
  byId("gate-typed").hidden = !isTyped();
  show();
  if (then) then();
  else open();
}

/**
 * What to do when the journal does not do what it was asked.
 * @param {unknown} error
 */
function refused(error) {
  const gate = openGate(error);
  if (!gate) {
    setText(byId("journal-status"), messageOf(error));
    delete byId("journal-status").dataset["phrase"];
    return;
  }
  say(null);
  byId("gate-typed").hidden = !isTyped();
  if (gate === "no answer") return; // What is on the screen stays there.
  closed(null, () => {});
}

/** A check-in was kept. */
async function kept() {
  toToday();
  place = "week";
  await reload();
  say("say.kept");
  byId("journal-title").focus();
}

/** @param {Key | null} [words] */
async function reload(words) {
  await open();
  if (words) say(words);
}

/** @param {Place} wanted */
function go(wanted) {
  if (wanted !== "watch") stopWatch();
  place = wanted;
  say(null);
  show();
  if (wanted === "watch" || wanted === "check-in") {
    byId(wanted).scrollIntoView({ block: "nearest" });
  }
}

/** @returns {HTMLButtonElement[]} */
function placeButtons() {
  return [.../** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("[data-place]"))];
}

function show() {
  const isLooking = place !== "check-in" && place !== "watch";
  for (const button of placeButtons()) {
    const here = button.dataset["place"] === place || (place === "watch" && button.dataset["place"] === "check-in");
    button.setAttribute("aria-pressed", String(here));
    button.disabled = !entries && button.dataset["place"] !== "check-in";
  }
  byId("check-in").hidden = place !== "check-in";
  byId("watch").hidden = place !== "watch";
  byId("look").hidden = !isLooking || !entries;
  byId("papers").hidden = !entries;
  if (!entries) return;
  showPapers(entries);
  showHelp(entries);
  byId("said").hidden = place !== "week";
  showSaid(entries);
  showSpan(entries, place);
  showCurves(entries, place === "all");
}

/** @param {Key | null} words */
function say(words) {
  const status = byId("journal-status");
  if (words) setPhrase(status, words);
  else {
    delete status.dataset["phrase"];
    setText(status, "");
  }
}
