// A video on the server: sent, read there, marked here, and given as tables.

import { phrase } from "../words/phrases.js";
import { askForToken } from "./token.js";

/** @import { VideoAnswer, VideoMarkings, VideoReader, VideoShot } from "../answers.js" */

const NEEDS_TOKEN = 401;
const NOT_HERE = 404;

/**
 * What the page asks of a server about a video.
 * @param {(path: string, options?: RequestInit) => Promise<Response>} ask
 * @param {(response: Response) => Promise<never>} refused
 * @returns {VideoReader}
 */
export function videosOf(ask, refused) {
  /**
   * @param {string} path
   * @param {RequestInit} [options]
   */
  async function answer(path, options) {
    const response = await ask(path, options);
    return response.ok ? response : refused(response);
  }
  const post = { method: "POST" };
  const told = (/** @type {VideoMarkings} */ markings) => ({
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(markings),
  });
  return {
    async state() {
      const response = await ask("v1/video");
      if (response.status === NOT_HERE) return null;
      return response.ok ? response.json() : refused(response);
    },
    send,
    stop: async () => (await answer("v1/video/stop", post)).json(),
    forget: async () => (await answer("v1/video/forget", post)).json(),
    async shots(first) {
      /** @type {{ shots: VideoShot[] }} */
      const { shots } = await (await answer(`v1/video/shots?first=${first}`)).json();
      return shots;
    },
    markings: async () => (await answer("v1/video/markings")).json(),
    async keep(markings) {
      await answer("v1/video/markings", { method: "PUT", ...told(markings) });
    },
    async column(name) {
      return (await (await answer(`v1/video/column?name=${encodeURIComponent(name)}`)).json()).people;
    },
    still: async (time) => (await answer(`v1/video/still?time=${time}`)).blob(),
    async tables(markings, format) {
      return (await answer(`v1/video/tables?format=${format}`, { ...post, ...told(markings) })).blob();
    },
  };
}

/**
 * Send a file. Not by fetch, which does not tell how far it is.
 * @param {File} file
 * @param {(share: number) => void} onProgress - 0 to 1
 * @param {AbortSignal} signal
 * @returns {Promise<VideoAnswer>}
 */
async function send(file, onProgress, signal) {
  let request = await sendOnce(file, onProgress, signal);
  while (request.status === NEEDS_TOKEN) {
    await askForToken();
    request = await sendOnce(file, onProgress, signal);
  }
  const answer = read(request.responseText);
  if (request.status === 200) return answer;
  const { what, hint } = answer?.error ?? { what: phrase("connection.status", { status: request.status }) };
  throw new Error(hint ? `${what}; ${hint}` : what);
}

/**
 * @param {File} file
 * @param {(share: number) => void} onProgress
 * @param {AbortSignal} signal
 * @returns {Promise<XMLHttpRequest>}
 */
function sendOnce(file, onProgress, signal) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `v1/video?name=${encodeURIComponent(file.name.slice(-200))}`);
    request.upload.addEventListener("progress", ({ loaded, total }) => onProgress(loaded / (total || 1)));
    request.addEventListener("load", () => resolve(request));
    request.addEventListener("error", () => reject(new Error(phrase("video.broken-off"))));
    request.addEventListener("abort", () => reject(new Error(phrase("video.cancelled"))));
    signal.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}

/** @param {string} text */
function read(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
