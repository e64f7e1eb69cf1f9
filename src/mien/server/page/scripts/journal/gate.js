// What stands before the journal: its key, its passphrase, what one agrees to, a damaged file.

import { byId, messageOf, setText } from "../elements.js";
import {
  DAMAGED,
  ELSEWHERE,
  JournalError,
  LOCKED,
  NEEDS_KEY,
  NO_ANSWER,
  WRONG_PASSPHRASE,
} from "../engine/journal-error.js";
import { locale, phrase, setPhrase } from "../words/phrases.js";

/** @import { JournalEngine, JournalState } from "../answers.js" */

/** @typedef {"key" | "locked" | "consent" | "damaged" | "elsewhere" | "no answer"} Gate */

const FORMS = ["key-form", "unlock-form", "gate-again-box", "restore-box"];

/** @type {Record<number, Gate | undefined>} */
const GATES = { [NEEDS_KEY]: "key", [LOCKED]: "locked", [ELSEWHERE]: "elsewhere", [NO_ANSWER]: "no answer", [DAMAGED]: "damaged" };

/**
 * Tie the forms.
 * @param {JournalEngine} journal
 * @param {() => void} open - called when there may be something to open now
 */
export function startGate(journal, open) {
  byId("gate-again").addEventListener("click", open);
  onSubmit("key-form", async () => {
    const field = byId("journal-key", HTMLInputElement);
    await journal.useKey(field.value);
    field.value = "";
  }, open);
  onSubmit("unlock-form", async () => {
    const field = byId("passphrase", HTMLInputElement);
    await journal.unlock(field.value);
    field.value = "";
  }, open);
  onSubmit("consent", async () => {
    const [first, second] = ["new-passphrase", "same-passphrase"].map((id) => byId(id, HTMLInputElement));
    if (first.value !== second.value) {
      setPhrase(byId("journal-status"), "consent.passphrases-differ");
      second.focus();
      return false;
    }
    await journal.begin(first.value || null);
    first.value = second.value = "";
    return true;
  }, open);
  byId("restore").addEventListener("click", async () => {
    try {
      const path = await journal.restore();
      open();
      setPhrase(byId("journal-status"), "journal.restored", { path });
    } catch (error) {
      setText(byId("gate-words"), messageOf(error));
    }
  });
}

/**
 * Show what is in the way.
 * @param {Gate | unknown} why - or the error of which it is to be told
 * @param {JournalState} [state]
 * @returns {Gate | null} null for an error that no gate is for
 */
export function openGate(why, state) {
  const gate = why instanceof JournalError ? (GATES[why.status] ?? null) : typeof why === "string" ? /** @type {Gate} */ (why) : null;
  if (!gate) return null;
  for (const id of FORMS) byId(id).hidden = true;
  byId("journal-gate").hidden = gate === "consent";
  byId("consent").hidden = gate !== "consent";
  if (gate === "consent" && state) showConsent(state);
  else if (gate === "key") ask("journal.needs-key", "key-form", "journal-key");
  else if (gate === "locked") ask("journal.needs-passphrase", "unlock-form", "passphrase");
  else if (gate === "elsewhere") setPhrase(byId("gate-words"), "journal.elsewhere");
  else if (gate === "damaged") showDamage(state);
  else ask("journal.no-answer", "gate-again-box", "gate-again");
  return gate;
}

/** Nothing is in the way any more. */
export function closeGate() {
  byId("journal-gate").hidden = byId("consent").hidden = byId("gate-typed").hidden = true;
}

/**
 * @param {"journal.needs-key" | "journal.needs-passphrase" | "journal.no-answer"} words
 * @param {string} form
 * @param {string} first - what is to be filled in or pressed
 */
function ask(words, form, first) {
  setPhrase(byId("gate-words"), words);
  byId(form).hidden = false;
  byId(first).focus({ preventScroll: true });
}

/** @param {JournalState} state */
function showConsent({ path, there, can_lock: canLock, least_characters: count }) {
  setText(byId("consent-path"), path);
  byId("new-passphrase-box").hidden = there || !canLock;
  byId("no-passphrase").hidden = there || canLock;
  setPhrase(byId("new-passphrase-means"), "consent.passphrase-means", { count });
}

/** @param {JournalState} [state] */
function showDamage(state) {
  const words = byId("gate-words");
  delete words.dataset["phrase"];
  const date = state?.backup && new Date(state.backup.made).toLocaleString(locale(), { dateStyle: "long", timeStyle: "short" });
  const then = date ? phrase("journal.damaged-backup", { date }) : phrase("journal.no-backup");
  setText(words, `${phrase("journal.damaged")} ${then}`);
  byId("restore-box").hidden = !date;
  setPhrase(byId("restore"), "journal.restore");
}

/**
 * @param {string} id
 * @param {() => Promise<boolean | void>} act - false: something is missing
 * @param {() => void} open
 */
function onSubmit(id, act, open) {
  const form = byId(id, HTMLFormElement);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      if ((await act()) !== false) open();
    } catch (error) {
      const status = error instanceof JournalError ? error.status : -1;
      const words = byId("gate-words");
      if (status === WRONG_PASSPHRASE) setPhrase(words, "journal.wrong-passphrase");
      else if (status === NEEDS_KEY && id === "key-form") setPhrase(words, "journal.wrong-key");
      else if (!openGate(error)) setText(byId("journal-status"), messageOf(error));
      form.querySelector("input")?.select();
    }
  });
}
