// The names that the user gives to people. In the page's memory only, unless a conversation is kept.

import { phrase } from "../words/phrases.js";

export const LONGEST_NAME = 60;

/** @type {Map<number, string>} */
const names = new Map();

/**
 * What a person is called: the name given, or "Person 2".
 * @param {number} number
 */
export function nameOf(number) {
  return names.get(number) || phrase("person.number", { number });
}

/**
 * The name given, "" if none was.
 * @param {number} number
 */
export function givenName(number) {
  return names.get(number) ?? "";
}

/**
 * @param {number} number
 * @param {string} name
 */
export function giveName(number, name) {
  const plain = name.replace(/\s+/g, " ").trim().slice(0, LONGEST_NAME);
  if (plain) names.set(number, plain);
  else names.delete(number);
}

export function forgetNames() {
  names.clear();
}
