// Who was there, and the moments worth a look. Computes only; knows nothing of the page.

import { phrase } from "../words/phrases.js";

/** @import { Conversation, Span } from "./journal.js" */

/**
 * One person of a conversation: who has the same name is the same person.
 * @typedef {object} Participant
 * @property {string} key
 * @property {string} name - given; "" if none
 * @property {string} title - what to call them
 * @property {number[]} numbers - as they were counted before the camera
 * @property {Span[]} spans - by time
 * @property {number} seconds - in view
 */
/**
 * @typedef {object} Moment
 * @property {"surprise" | "smile" | "change"} kind
 * @property {Participant} participant
 * @property {number} from - seconds since the start
 * @property {number} to
 * @property {string} label
 * @property {string} before - the label before a change, else ""
 * @property {string} picture - a data URI, "" if there is none
 */

const UNSURE = "unsure";
const SHORTEST_STAY = 2;
const SHORTEST_SURPRISE = 0.3;
const LONG_SMILE = 5;
const SETTLED = 2;
const LONGEST_DOUBT = 1.5;

/**
 * The people of a conversation, in the order in which they came. Who was there for a moment only was
 * perhaps no face, and is left out unless somebody named them.
 * @param {Conversation} conversation
 * @returns {Participant[]}
 */
export function participantsOf({ speakers }) {
  /** @type {Map<string, Participant>} */
  const found = new Map();
  for (const { number, name, spans } of speakers) {
    const key = name ? `name ${name}` : `number ${number}`;
    const title = name || phrase("person.number", { number });
    const participant = found.get(key) ?? { key, name, title, numbers: [], spans: [], seconds: 0 };
    participant.numbers.push(number);
    participant.spans.push(...spans);
    participant.seconds = sum(participant.spans);
    found.set(key, participant);
  }
  for (const { spans } of found.values()) spans.sort((one, other) => one.from - other.from);
  return [...found.values()].filter(({ name, seconds }) => name || seconds >= SHORTEST_STAY);
}

/** @param {Span[]} spans */
function sum(spans) {
  return spans.reduce((seconds, { from, to }) => seconds + to - from, 0);
}

/**
 * Seconds by word, longest first.
 * @param {Participant} participant
 * @returns {[label: string, seconds: number][]}
 */
export function secondsByLabel({ spans }) {
  /** @type {Map<string, number>} */
  const sums = new Map();
  for (const { label, from, to } of spans) sums.set(label, (sums.get(label) ?? 0) + to - from);
  return [...sums].sort((one, other) => other[1] - one[1]);
}

/**
 * Surprises, long smiles, and changes from one word that had settled to another one.
 * @param {Participant[]} participants
 * @returns {Moment[]} by time
 */
export function momentsOf(participants) {
  const moments = participants.flatMap((participant) => {
    const { spans } = participant;
    return spans.flatMap((span, at) => {
      const kind = kindOf(span, before(spans, at));
      if (!kind) return [];
      const { from, to, label, picture = "" } = span;
      const earlier = kind === "change" ? (before(spans, at)?.label ?? "") : "";
      return [{ kind, participant, from, to, label, before: earlier, picture }];
    });
  });
  return moments.sort((one, other) => one.from - other.from);
}

/**
 * @param {Span} span
 * @param {Span | null} earlier
 * @returns {Moment["kind"] | null}
 */
function kindOf({ label, from, to }, earlier) {
  const long = to - from;
  if (label === "surprise" && long >= SHORTEST_SURPRISE) return "surprise";
  if (label === "happy" && long >= LONG_SMILE) return "smile";
  const settled = label !== UNSURE && long >= SETTLED;
  return settled && earlier && earlier.to - earlier.from >= SETTLED ? "change" : null;
}

/**
 * The word that went before, over a short doubt; null if it was the same, or nobody was there.
 * @param {Span[]} spans
 * @param {number} at
 */
function before(spans, at) {
  const span = spans[at];
  let earlier = spans[at - 1];
  if (earlier?.label === UNSURE && earlier.to - earlier.from <= LONGEST_DOUBT) earlier = spans[at - 2];
  if (!earlier || earlier.label === UNSURE || earlier.label === span.label) return null;
  return span.from - earlier.to <= LONGEST_DOUBT ? earlier : null;
}
