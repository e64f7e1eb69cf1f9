// The browser itself as the engine: the same answers as a server's, and nothing leaves the page.

import { createReader } from "mien-reader";

import { Line } from "./line.js";

/** @import { Reader } from "../../reader/index.js" */
/** @import { Engine, FrameAnswer, ModelAnswer, PhotoAnswer } from "../../../src/mien/server/page/scripts/answers.js" */

/** @type {Promise<Reader> | null} */
let opening = null;

/** Fetched and opened once; after a failure the next one who asks tries again. */
export function openReader() {
  opening ??= createReader({ folder: "reader/" }).catch((error) => {
    opening = null;
    throw error;
  });
  return opening;
}

/**
 * What this engine does beyond a server's: faces and their words alone, for many photos.
 * @typedef {Engine & { readFaces: (photo: Blob) => Promise<FrameAnswer> }} EngineHere
 */

/** @type {EngineHere} */
export const engine = {
  place: null,
  hasAlbum: false,
  videos: null,
  models,
  readPhoto,
  readFaces,
  newLine: (on) => new Line(on, openReader),
  samplePhoto,
  journal: null,
};

/** @returns {Promise<ModelAnswer[]>} */
async function models() {
  const { card } = await openReader();
  const labels = Object.values(card.heads)[0].labels;
  return [{ name: card.name, summary: card.summary, labels, scores: card.scores, default: true }];
}

/**
 * @param {Blob} photo
 * @returns {Promise<PhotoAnswer>}
 */
async function readPhoto(photo) {
  const reader = await openReader();
  return { ...(await reader.read(photo, { signs: true, explain: true })), explains: true };
}

/**
 * @param {Blob} photo
 * @returns {Promise<FrameAnswer>}
 */
async function readFaces(photo) {
  return (await openReader()).read(photo);
}

async function samplePhoto() {
  const response = await fetch("samples/astronaut.png");
  if (!response.ok) throw new Error(`samples/astronaut.png: ${response.status}`);
  return response.blob();
}
