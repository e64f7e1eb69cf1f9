// The journal of the server of Mien. Its key comes with the address, once, and stays in this tab of the browser.

import { phrase } from "../words/phrases.js";
import { JournalError } from "./journal-error.js";

/** @import { JournalEngine } from "../answers.js" */

const KEPT = "mien.journal.key";
/** The address that the terminal names for the journal; it shows the journal's tab. */
const KEY = "#journal=";
/** The address that the browser was started with. */
const TICKET = "#ticket=";

let known = keptKey();
/** @type {Promise<void> | null} What exchanges the address's ticket. */
let exchanging = null;

for (const [sign, tab] of [
  [KEY, "#journal"],
  [TICKET, ""],
]) {
  if (!location.hash.startsWith(sign)) continue;
  const found = decodeURIComponent(location.hash.slice(sign.length));
  // It is not to stay in the address.
  history.replaceState(null, "", location.pathname + tab);
  exchanging = useKey(found).catch(() => {}); // Then the tab asks for the key.
}

/** @type {JournalEngine} */
export const journalOfServer = {
  useKey,
  state: () => json("state"),
  begin: (passphrase) => send("begin", { agreed: true, passphrase }),
  unlock: (passphrase) => send("unlock", { passphrase }),
  lock: () => send("lock"),
  restore: async () => (await json("restore", "POST")).aside,
  entries: () => json("entries"),
  keep: (checkIn) => send("check-in", checkIn),
  change: (changed) => send("change", changed),
  forget: async (ids) => (await ask("forget", "POST", JSON.stringify({ ids }))).json(),
  report: async (country) => (await json(`report?country=${country}`, "POST")).address,
  file: async (kind, country) => (await ask(`export?kind=${kind}&country=${country}`)).blob(),
  watch: async (name, picture) => (await ask(`watch?name=${name}`, "POST", picture)).json(),
  finish: (name) => json(`watch/finish?name=${name}`, "POST"),
  leave: (name) => send(`watch/leave?name=${name}`),
};

function keptKey() {
  try {
    return sessionStorage.getItem(KEPT) ?? "";
  } catch {
    return "";
  }
}

/** @param {string} typed - the key, the ticket, or the whole address */
async function useKey(typed) {
  const ticket = typed.trim().split(/#(?:journal|ticket)=/).pop() ?? "";
  const response = await reach("key", { method: "POST", body: JSON.stringify({ ticket }) });
  const { key } = await response.json();
  known = key;
  try {
    sessionStorage.setItem(KEPT, key);
  } catch {
    // Storage is off: the key lasts as long as the page.
  }
}

/**
 * @param {string} path
 * @param {"GET" | "POST"} [method]
 */
async function json(path, method = "GET") {
  return (await ask(path, method)).json();
}

/**
 * @param {string} path
 * @param {object} [body]
 */
async function send(path, body) {
  await ask(path, "POST", body ? JSON.stringify(body) : undefined);
}

/**
 * @param {string} path
 * @param {"GET" | "POST"} [method]
 * @param {string | Blob} [body]
 */
async function ask(path, method = "GET", body) {
  await exchanging;
  return reach(path, { method, body: body ?? null, headers: { Authorization: `Bearer ${known}` } });
}

/**
 * @param {string} path
 * @param {RequestInit} options
 * @returns {Promise<Response>} that is well
 */
async function reach(path, options) {
  let response;
  try {
    response = await fetch(`v1/journal/${path}`, options);
  } catch {
    throw new JournalError(0, phrase("journal.no-answer"));
  }
  if (response.ok) return response;
  const answer = await response.json().catch(() => null);
  const { what, hint } = answer?.error ?? { what: phrase("connection.status", { status: response.status }) };
  throw new JournalError(response.status, hint ? `${what}; ${hint}` : what);
}
