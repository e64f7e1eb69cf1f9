// Making and finding elements of the page.

import { setPhrase } from "./words/phrases.js";

/** @import { Key, Values } from "./words/phrases.js" */

/**
 * The element with this id; it must be there, and of the kind that is asked for.
 * @overload
 * @param {string} id
 * @returns {HTMLElement}
 */
/**
 * @template {HTMLElement} T
 * @overload
 * @param {string} id
 * @param {new () => T} kind
 * @returns {T}
 */
/**
 * @param {string} id
 * @param {new () => HTMLElement} [kind]
 */
export function byId(id, kind = HTMLElement) {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`the page has no element #${id} (${kind.name})`);
  return found;
}

/**
 * What a canvas is drawn with.
 * @param {HTMLCanvasElement} canvas
 * @param {CanvasRenderingContext2DSettings} [options]
 */
export function penOf(canvas, options) {
  const pen = canvas.getContext("2d", options);
  if (!pen) throw new Error("this browser has no canvas to draw on");
  return pen;
}

/**
 * The words of whatever was thrown.
 * @param {unknown} error
 */
export function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}

/**
 * An element with attributes and children; texts are never read as markup.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, string | number | boolean | undefined | Values | (() => void)> & { phrase?: Key, values?: Values }} attributes -
 *   `text` is its text, `phrase` the key of it with `values`, `on…` what to call
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function element(tag, { phrase, values, ...attributes } = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "text") made.textContent = String(value ?? "");
    else if (typeof value === "function") made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== undefined) made.setAttribute(name, String(value));
  }
  if (phrase) setPhrase(made, phrase, values);
  made.append(...children);
  return made;
}

/**
 * Change a text only where it differs, so that screen readers are not woken for nothing.
 * @param {Element} target
 * @param {string} text
 */
export function setText(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

/**
 * A list of texts; nothing is touched while it stays the same.
 * @param {HTMLElement} list
 * @param {string[]} texts
 */
export function fillList(list, texts) {
  const shown = [...list.children].map((item) => item.textContent);
  if (shown.length === texts.length && shown.every((text, at) => text === texts[at])) return;
  list.replaceChildren(...texts.map((text) => element("li", { text })));
}

/**
 * Give the person a file that was made on this page.
 * @param {Blob} blob
 * @param {string} name
 */
export function offerFile(blob, name) {
  const address = URL.createObjectURL(blob);
  const link = element("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  // The browser has taken the file over long before.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** "20260131-142501", for names of files. */
export function stamp(date = new Date()) {
  const two = (/** @type {number} */ value) => String(value).padStart(2, "0");
  const day = `${date.getFullYear()}${two(date.getMonth() + 1)}${two(date.getDate())}`;
  return `${day}-${two(date.getHours())}${two(date.getMinutes())}${two(date.getSeconds())}`;
}
