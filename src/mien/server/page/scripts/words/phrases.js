// What the page says, in the person's language. Every text of the page stands in the files beside this one.

import { english } from "./english.js";
import { german } from "./german.js";

/** @typedef {keyof typeof english} Key */
/** @typedef {Record<string, string | number>} Values - what is put in for {name} */
/** @typedef {string | { one: string, other: string }} Phrase - two forms where it depends on {count} */
/** @typedef {"en" | "de"} Language */

/** @type {Record<Language, Record<Key, Phrase>>} */
const LANGUAGES = { en: english, de: german };
const LOCALES = { en: "en-GB", de: "de-DE" };

/** Languages by their own names. */
export const NAMES = { en: "English", de: "Deutsch" };

/** @type {Language} */
let language = "en";
/** @type {(() => void)[]} */
const listeners = [];

/**
 * The language of what the page says, and as a locale for numbers, dates and voices.
 * @returns {string}
 */
export function locale() {
  return LOCALES[language];
}

/**
 * The first of the browser's languages that the page knows; English if there is none.
 * @returns {Language}
 */
export function browserLanguage() {
  const known = navigator.languages.map((tag) => tag.split("-")[0]).find(isLanguage);
  return known ?? "en";
}

/**
 * @param {unknown} name
 * @returns {name is Language}
 */
export function isLanguage(name) {
  return typeof name === "string" && Object.hasOwn(LANGUAGES, name);
}

/**
 * Speak another language from now on: what stands on the page changes at once.
 * @param {Language} chosen
 */
export function speakLanguage(chosen) {
  language = chosen;
  document.documentElement.lang = LOCALES[chosen];
  fillPhrases(document);
  for (const listener of listeners) listener();
}

/**
 * Call `listener` after every change of the language.
 * @param {() => void} listener
 */
export function onLanguage(listener) {
  listeners.push(listener);
}

/**
 * The words of a key.
 * @param {Key} key
 * @param {Values} [values]
 * @returns {string}
 */
export function phrase(key, values = {}) {
  const found = LANGUAGES[language][key];
  const { count } = values;
  let form = found;
  if (typeof found !== "string") {
    const one = new Intl.PluralRules(locale()).select(Number(count)) === "one";
    form = one ? found.one : found.other;
  }
  return String(form).replace(/\{(\w+)\}/g, (whole, name) => {
    const value = values[name];
    return value === undefined ? whole : typeof value === "number" ? numberOf(value) : value;
  });
}

/**
 * Whether there are words for a key that is made of parts, as `emotion.${label}` is.
 * @param {string} key
 * @returns {key is Key}
 */
export function isPhrase(key) {
  return Object.hasOwn(english, key);
}

/**
 * A number as people write it.
 * @param {number} value
 */
export function numberOf(value) {
  return value.toLocaleString(locale());
}

/**
 * Give an element the words of a key; they change with the language. Nothing is touched while they
 * stay the same, so that screen readers are not woken for nothing.
 * @param {Element} target
 * @param {Key} key
 * @param {Values} [values]
 */
export function setPhrase(target, key, values) {
  const told = target instanceof HTMLElement || target instanceof SVGElement ? target.dataset : null;
  if (told) {
    told["phrase"] = key;
    if (values) told["values"] = JSON.stringify(values);
    else delete told["values"];
  }
  const words = phrase(key, values);
  if (target.textContent !== words) target.textContent = words;
}

/**
 * A value with two places after the point, or the comma.
 * @param {number} value
 */
export function twoPlaces(value) {
  return value.toLocaleString(locale(), { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

/**
 * Fill in what stands in the page's HTML: `data-phrase` is a text, `data-phrase-label` an aria-label,
 * `data-phrase-placeholder` what an empty field shows.
 * @param {ParentNode} root
 */
export function fillPhrases(root) {
  for (const target of root.querySelectorAll("[data-phrase]")) {
    const { dataset } = /** @type {HTMLElement} */ (target);
    const values = dataset["values"] ? JSON.parse(dataset["values"]) : undefined;
    setPhrase(target, keyOf(dataset["phrase"]), values);
  }
  for (const target of root.querySelectorAll("[data-phrase-label]")) {
    target.setAttribute("aria-label", phrase(keyOf(target.getAttribute("data-phrase-label"))));
  }
  for (const target of root.querySelectorAll("[data-phrase-placeholder]")) {
    target.setAttribute("placeholder", phrase(keyOf(target.getAttribute("data-phrase-placeholder"))));
  }
}

/**
 * @param {string | null | undefined} name
 * @returns {Key}
 */
function keyOf(name) {
  if (!name || !isPhrase(name)) throw new Error(`the page has no words for “${name}”`);
  return name;
}
