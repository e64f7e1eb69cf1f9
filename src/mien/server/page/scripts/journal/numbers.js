// Numbers of the journal as people write them.

import { locale, phrase } from "../words/phrases.js";

/**
 * A share as "95 %".
 * @param {number} share - 0 to 1
 */
export function percentOf(share) {
  return share.toLocaleString(locale(), { style: "percent", maximumFractionDigits: 0 });
}

/**
 * A length as "31 seconds".
 * @param {number} seconds
 */
export function secondsOf(seconds) {
  return phrase("watch.seconds", { count: Math.round(seconds) });
}

/**
 * With one digit after the point.
 * @param {number} value
 */
export function tenthsOf(value) {
  return value.toLocaleString(locale(), { minimumFractionDigits: 1, maximumFractionDigits: 1 });
}

/**
 * A list in words: "a, b and c".
 * @param {string[]} parts
 */
export function listOf(parts) {
  return new Intl.ListFormat(locale(), { type: "conjunction" }).format(parts);
}

/** @param {number} count */
export const daysOf = (count) => phrase("journal.days", { count });

/** @param {number} count */
export const checkInsOf = (count) => phrase("journal.check-ins", { count });

/**
 * A date of the journal, without a clock.
 * @param {string} day - "2026-11-27"
 * @param {Intl.DateTimeFormatOptions} how
 */
export function dateOf(day, how) {
  return new Date(`${day}T12:00:00Z`).toLocaleDateString(locale(), { ...how, timeZone: "UTC" });
}
