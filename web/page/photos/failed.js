// What could not be read of a folder, and why.

import { byId, element } from "mien-page/elements.js";

import { messageOf } from "../../reader/errors.js";
import { put } from "./phrases.js";

/** @import { Values } from "mien-page/words/phrases.js" */
/** @import { Found } from "./folder.js" */
/** @import { PhotosKey } from "./phrases.js" */
/** @import { Progress } from "./reading.js" */

const MOST = 200;

/**
 * @param {Found} found
 * @param {Progress["failed"]} failed
 */
export function tellFailed({ closed, raw }, failed) {
  /** @type {[PhotosKey, Values][]} */
  const told = [
    ...closed.map(({ path, error }) => line("folder.closed", { path, why: messageOf(error) })),
    ...failed.map(({ path, why, installed }) => line(installed ? "folder.why-installed" : "folder.why", { path, why })),
    ...raw.map((path) => line("folder.why-raw", { path })),
  ];
  const count = told.length;
  byId("folder-failed").hidden = !count;
  put(byId("folder-failed-title"), "folder.failed", { count });
  if (count > MOST) told.splice(MOST, Infinity, line("folder.failed-more", { count: count - MOST }));
  byId("folder-failed-list").replaceChildren(
    ...told.map(([key, values]) => {
      const item = element("li");
      put(item, key, values);
      return item;
    }),
  );
}

/**
 * @param {PhotosKey} key
 * @param {Values} values
 * @returns {[PhotosKey, Values]}
 */
function line(key, values) {
  return [key, values];
}
