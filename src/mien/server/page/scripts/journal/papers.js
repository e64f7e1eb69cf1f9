// What one takes along, and what erases all of it.

import { byId, element, messageOf, offerFile, setText, stamp } from "../elements.js";
import { locale, onLanguage, phrase, setPhrase } from "../words/phrases.js";
import { checkInsOf } from "./numbers.js";

/** @import { JournalEngine, JournalEntries } from "../answers.js" */
/** @import { Key } from "../words/phrases.js" */

/** @type {JournalEntries | null} */
let shown = null;
/** Chosen by hand, or the one that the browser's language tells of. */
let country = "";

/**
 * Tie the buttons.
 * @param {JournalEngine} journal
 * @param {{ reload: (words?: Key) => Promise<void>, refused: (error: unknown) => void, left: () => void }} then
 */
export function startPapers(journal, { reload, refused, left }) {
  country = regionOf(navigator.language);
  /** @param {string} id @param {() => Promise<void>} act */
  const on = (id, act) => byId(id).addEventListener("click", () => act().catch(refused));
  on("report-print", async () => {
    // Opened before the wait: browsers only let windows come right after a click.
    const window = open("", "_blank");
    if (!window) {
      setPhrase(byId("journal-status"), "papers.blocked");
      return;
    }
    try {
      const address = await journal.report(chosenCountry());
      window.addEventListener("pagehide", () => setTimeout(() => printWhole(window)), { once: true });
      window.location.href = new URL(address, location.href).href;
    } catch (error) {
      window.close();
      throw error;
    }
  });
  on("report-save", async () => offerFile(await journal.file("html", chosenCountry()), `journal-${stamp()}.html`));
  on("save-json", async () => offerFile(await journal.file("json", ""), `journal-${stamp()}.json`));
  on("save-csv", async () => {
    const name = `journal-${stamp()}`;
    offerFile(await journal.file("csv", ""), `${name}.csv`);
    offerFile(await journal.file("columns", ""), `${name}.columns.csv`);
  });
  on("lock", async () => {
    await journal.lock();
    left();
  });
  byId("country").addEventListener("change", () => {
    country = byId("country", HTMLSelectElement).value;
    reload();
  });
  startForgetting(journal, reload, refused);
  onLanguage(() => shown && showPapers(shown));
}

/** The country whose help lines are shown, in two letters; "" when none is known. */
export function chosenCountry() {
  return country;
}

/**
 * Fill in the countries.
 * @param {JournalEntries} entries
 */
export function showPapers(entries) {
  shown = entries;
  const select = byId("country", HTMLSelectElement);
  const names = new Intl.DisplayNames([locale()], { type: "region" });
  const options = Object.values(entries.help)
    .map((each) => ({ value: each.code, text: regionName(names, each.code) ?? each.country }))
    .sort((one, other) => one.text.localeCompare(other.text, locale()));
  const none = element("option", { value: "", text: phrase("help.choose") });
  select.replaceChildren(none, ...options.map((each) => element("option", each)));
  if (!(country in entries.help)) country = "";
  select.value = country;
  const wrong = byId("help-problem");
  wrong.hidden = entries.help_problem === null;
  setText(wrong, phrase("help.problem", { why: entries.help_problem ?? "" }));
}

/**
 * @param {JournalEngine} journal
 * @param {(words?: Key) => Promise<void>} reload
 * @param {(error: unknown) => void} refused
 */
function startForgetting(journal, reload, refused) {
  const dialog = byId("forget-dialog", HTMLDialogElement);
  const word = byId("forget-word", HTMLInputElement);
  const now = byId("forget-now", HTMLButtonElement);
  const agrees = () => word.value.trim().toLowerCase() === phrase("forget.word");
  byId("forget-all").addEventListener("click", () => {
    word.value = "";
    now.disabled = true;
    setText(byId("forget-status"), "");
    setText(byId("forget-words"), phrase("forget.words", { check_ins: checkInsOf(shown?.check_ins.length ?? 0) }));
    setText(byId("forget-ask"), phrase("forget.ask", { word: phrase("forget.word") }));
    dialog.showModal();
    word.focus();
  });
  word.addEventListener("input", () => (now.disabled = !agrees()));
  byId("forget-cancel").addEventListener("click", () => dialog.close());
  byId("forget-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!agrees()) return;
    try {
      const { left } = await journal.forget(null);
      dialog.close();
      await reload();
      const status = byId("journal-status");
      if (left.length) setPhrase(status, "forget.left", { files: left.join(", ") });
      else setPhrase(status, "forget.done");
      byId("journal-title").focus();
    } catch (error) {
      setText(byId("forget-status"), messageOf(error));
      refused(error);
    }
  });
}

/** @param {Window} window - whose report is on its way */
function printWhole(window) {
  if (window.closed) return;
  if (window.document.readyState === "complete") window.print();
  else window.addEventListener("load", () => window.print(), { once: true });
}

/** @param {string} tag - of a language, as "de-AT" */
function regionOf(tag) {
  try {
    return new Intl.Locale(tag).region ?? "";
  } catch {
    return "";
  }
}

/**
 * @param {Intl.DisplayNames} names
 * @param {string} code
 */
export function regionName(names, code) {
  try {
    return names.of(code);
  } catch {
    return undefined; // A code of the user's own file may be none.
  }
}
