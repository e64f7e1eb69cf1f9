// A conversation as a table: one row a stretch of one word.

import { momentsOf, participantsOf } from "./moments.js";

/** @import { Conversation } from "./journal.js" */

const HEADER = ["person", "name", "from", "to", "seconds", "label", "moment"];
const FORMULA = /^[=+\-@\t\r]/;

/**
 * CSV (RFC 4180) in English, for programs; times in seconds since the start.
 * @param {Conversation} conversation
 * @returns {string}
 */
export function tableOf(conversation) {
  const participants = participantsOf(conversation);
  const moments = momentsOf(participants);
  const rows = participants.flatMap((participant) =>
    participant.spans.map(({ from, to, label }) => {
      const moment = moments.find((one) => one.participant === participant && one.from === from);
      return { number: participant.numbers[0], name: participant.name, from, to, label, kind: moment?.kind ?? "" };
    }),
  );
  rows.sort((one, other) => one.from - other.from || one.number - other.number);
  const lines = rows.map(({ number, name, from, to, label, kind }) =>
    [number, name, from.toFixed(2), to.toFixed(2), (to - from).toFixed(2), label, kind].map(cell).join(","),
  );
  return `${[HEADER.join(","), ...lines].join("\r\n")}\r\n`;
}

/**
 * A name that looks like a formula would be run by a spreadsheet: an apostrophe makes it text (OWASP, CSV injection).
 * @param {string | number} value
 */
function cell(value) {
  const text = String(value);
  const safe = typeof value === "string" && FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n']/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
