// What a model file says of itself. `web/build` writes it as JSON beside the file, because
// onnxruntime-web gives no metadata.

import { ReaderError } from "./errors.js";

/** @typedef {{ scale: number, shift_y: number, align_roll: boolean, roll_tolerance: number }} CropGeometry */
/** @typedef {{ labels: string[], temperature: number }} Head */
/** @typedef {{ weights: number[], intercept: number, below: number }} Legibility */
/** @typedef {{ intercept: number, top: number, margin: number, heads: number, mirror: number, below: number }} Trust */
/** @typedef {{ weights: Record<string, number>, mirrored: boolean, trust: Trust }} CardReading */
/** @typedef {{ factors: number[], unsure_below: number }} Balanced */
/** @typedef {{ head: string, metric: string, split: string, rule: string, n: number, value: number }} Score */

/**
 * As in Mien's `ModelCard`, with what the reader needs of it.
 * @typedef {object} ModelCard
 * @property {number} card_version
 * @property {string} name
 * @property {string} summary
 * @property {number} input_height
 * @property {number} input_width
 * @property {"grey" | "rgb"} colour
 * @property {Record<string, Head>} heads
 * @property {CropGeometry} crop
 * @property {number} unsure_below
 * @property {number | null} embedding
 * @property {Balanced | null} balanced
 * @property {Record<string, CardReading>} readings
 * @property {Legibility | null} legibility
 * @property {string} licence
 * @property {string} limits
 * @property {Score[]} scores
 */

export const CARD_VERSION = 6;

/**
 * A card out of JSON, with what older versions do not say.
 * @param {any} raw
 * @param {string} where - the file, for errors
 * @returns {ModelCard}
 */
export function parseCard(raw, where) {
  if (!raw || typeof raw !== "object" || !raw.heads || !raw.crop || !raw.input_height) {
    throw new ReaderError("its card has not a card's form", { where });
  }
  if (raw.card_version > CARD_VERSION) {
    throw new ReaderError(`its card has version ${raw.card_version}, this reader reads up to ${CARD_VERSION}`, {
      where,
      hint: "build the page again with the newer Mien",
    });
  }
  return {
    colour: "grey",
    embedding: null,
    balanced: null,
    readings: {},
    legibility: null,
    ...raw,
    crop: { roll_tolerance: 0, ...raw.crop },
  };
}
