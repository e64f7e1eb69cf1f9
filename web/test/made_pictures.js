// The pictures of tests/web/made_pictures.py, from the same recipes.

import { readFileSync } from "node:fs";

import { packageFolder } from "../build/package_folder.js";
import { decodePng } from "./png.js";

/** @import { Pixels } from "../reader/pixels/pixels.js" */

/** @typedef {{ cut: number[], at: number[], every?: number, mirrored?: boolean }} Patch */
/** @typedef {{ width: number, height: number, patches?: Patch[] }} Recipe */

const GREY = [120, 130, 140];

const photo = decodePng(readFileSync(`${packageFolder()}/samples/astronaut.png`));

/**
 * What a recipe says.
 * @param {Recipe} recipe
 * @returns {Pixels}
 */
export function picture({ width, height, patches }) {
  if (!patches) return photo;
  const data = new Uint8Array(width * height * 3);
  for (let at = 0; at < data.length; at += 1) data[at] = GREY[at % 3];
  const made = /** @type {Pixels} */ ({ data, width, height, channels: 3 });
  for (const patch of patches) put(patch, made);
  return made;
}

/**
 * @param {Patch} patch
 * @param {Pixels} made
 */
function put({ cut: [left, top, wide, high], at: [x0, y0], every = 1, mirrored = false }, made) {
  const columns = Math.ceil(wide / every);
  for (let row = 0; row < Math.ceil(high / every); row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const [x, y] = [x0 + (mirrored ? columns - 1 - column : column), y0 + row];
      if (x < 0 || y < 0 || x >= made.width || y >= made.height) continue;
      const from = ((top + row * every) * photo.width + left + column * every) * 3;
      const to = (y * made.width + x) * 3;
      for (let channel = 0; channel < 3; channel += 1) made.data[to + channel] = photo.data[from + channel];
    }
  }
}
