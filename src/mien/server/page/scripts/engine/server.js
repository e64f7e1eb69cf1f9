// The server of Mien as the engine: all that the pages for camera and photos ask of it goes through here.

import { messageOf } from "../elements.js";
import { phrase } from "../words/phrases.js";
import { journalOfServer } from "./journal-server.js";
import { Socket } from "./socket.js";
import { askForToken } from "./token.js";
import { videosOf } from "./videos.js";

/** @import { Engine, FrameAnswer, ModelAnswer, PhotoAnswer, Problem } from "../answers.js" */

const HERE = ["localhost", "127.0.0.1", "[::1]"];
const NEEDS_TOKEN = 401;
const CANNOT_EXPLAIN = 501;

/** Whether the model in use can say why; not every model of one's own can. */
let explains = true;

/** @type {Engine} */
export const engine = {
  place: HERE.includes(location.hostname) ? null : location.host,
  hasAlbum: true,
  models,
  readPhoto,
  newLine: (on) => new Socket(on),
  samplePhoto,
  journal: journalOfServer,
  videos: videosOf(ask, refused),
};

/** @returns {Promise<ModelAnswer[]>} */
async function models() {
  const response = await ask("v1/models");
  return response.ok ? (await response.json()).models : refused(response);
}

/**
 * @param {Blob} photo
 * @returns {Promise<PhotoAnswer>}
 */
async function readPhoto(photo) {
  let response = await post(photo);
  if (response.status === CANNOT_EXPLAIN && explains) {
    explains = false;
    response = await post(photo);
  }
  if (!response.ok) return refused(response);
  /** @type {FrameAnswer} */
  const answer = await response.json();
  return { ...answer, explains };
}

async function samplePhoto() {
  const response = await ask("samples/astronaut.png");
  return response.ok ? response.blob() : refused(response);
}

/** @param {Blob} photo */
function post(photo) {
  const form = new FormData();
  form.append("image", photo);
  return ask(`v1/analyze?explain=${explains}&signs=true`, { method: "POST", body: form });
}

/**
 * An answer of the server; one that asks for its token gets it from the person first.
 * @param {string} path
 * @param {RequestInit} [options]
 * @returns {Promise<Response>}
 */
async function ask(path, options = {}) {
  let response = await reach(path, options);
  while (response.status === NEEDS_TOKEN) {
    await askForToken();
    response = await reach(path, options);
  }
  return response;
}

/**
 * @param {string} path
 * @param {RequestInit} options
 */
async function reach(path, options) {
  try {
    return await fetch(path, options);
  } catch (error) {
    throw new Error(phrase("connection.none"), { cause: messageOf(error) });
  }
}

/**
 * Throw what the server says of a request that it does not answer.
 * @param {Response} response
 * @returns {Promise<never>}
 */
async function refused(response) {
  const answer = await response.json().catch(() => null);
  /** @type {Problem} */
  const { what, hint } = answer?.error ?? { what: phrase("connection.status", { status: response.status }) };
  throw new Error(hint ? `${what}; ${hint}` : what);
}
