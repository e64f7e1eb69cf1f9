// A conversation in words.

import { labelOf, percent } from "../labels.js";
import { phrase } from "../words/phrases.js";
import { secondsByLabel } from "./moments.js";

/** @import { Moment, Participant } from "./moments.js" */

const UNSURE = "unsure";
const WORTH_TELLING = 0.08;
const MOST_WORDS = 3;

/**
 * A time since the start: "1:05".
 * @param {number} seconds
 */
export function clockOf(seconds) {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/**
 * How long: "3 min 12 s".
 * @param {number} length - seconds
 */
export function lengthOf(length) {
  const whole = Math.round(length);
  const [minutes, seconds] = [Math.floor(whole / 60), whole % 60];
  return minutes ? phrase("review.minutes", { minutes, seconds }) : phrase("review.seconds", { seconds });
}

/**
 * What one person showed.
 * @param {Participant} participant
 * @param {Moment[]} moments - of everybody
 * @returns {string}
 */
export function summaryOf(participant, moments) {
  const { title: name, seconds } = participant;
  const shares = secondsByLabel(participant).map(([label, long]) => ({ label, share: long / (seconds || 1) }));
  const told = shares.filter(({ label, share }) => label !== UNSURE && share >= WORTH_TELLING);
  const words = told
    .slice(0, MOST_WORDS)
    .map(({ label, share }) => `${labelOf(label)} (${percent(share)})`)
    .join(", ");
  const unsure = shares.find(({ label }) => label === UNSURE)?.share ?? 0;
  const own = moments.filter((moment) => moment.participant === participant);
  const surprises = own.filter(({ kind }) => kind === "surprise").length;
  const [smile] = own
    .filter(({ kind }) => kind === "smile")
    .sort((one, other) => other.to - other.from - (one.to - one.from));
  return [
    phrase("review.in-view", { name, long: lengthOf(seconds) }),
    words && phrase("review.showed", { words }),
    unsure >= WORTH_TELLING && phrase("review.unsure", { percent: percent(unsure) }),
    surprises && phrase("review.surprises", { count: surprises }),
    smile && phrase("review.longest-smile", { long: lengthOf(smile.to - smile.from), time: clockOf(smile.from) }),
  ]
    .filter(Boolean)
    .join(" ");
}

/**
 * What happened at a moment.
 * @param {Moment} moment
 */
export function wordsOfMoment({ kind, participant, from, to, label, before }) {
  const name = participant.title;
  if (kind === "surprise") return phrase("review.surprised", { name });
  if (kind === "smile") return phrase("review.smiled", { name, long: lengthOf(to - from) });
  return phrase("review.changed", { name, before: labelOf(before), after: labelOf(label) });
}
