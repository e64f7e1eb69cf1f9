// The server of Mien as the engine: all that the pages for camera and photos ask of it goes through here.

import { ask, refused } from "./asking.js";
import { journalOfServer } from "./journal-server.js";
import { Socket } from "./socket.js";
import { videoDesk } from "./video.js";

/** @import { Engine, FrameAnswer, ModelAnswer, PhotoAnswer } from "../answers.js" */

const HERE = ["localhost", "127.0.0.1", "[::1]"];
const CANNOT_EXPLAIN = 501;

/** Whether the model in use can say why; not every model of one's own can. */
let explains = true;

/** @type {Engine} */
export const engine = {
  place: HERE.includes(location.hostname) ? null : location.host,
  hasAlbum: true,
  video: videoDesk,
  models,
  readPhoto,
  newLine: (on) => new Socket(on),
  samplePhoto,
  journal: journalOfServer,
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
