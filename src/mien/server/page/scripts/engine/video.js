// A video at the server of Mien: handed over as a file, asked about, and forgotten.

import { ask, refused } from "./asking.js";

/** @import { VideoCurves, VideoDesk, VideoEdits, VideoFrame, VideoState, VideoSummary } from "../answers.js" */

const JSON_TYPE = { "Content-Type": "application/json" };

/** @type {VideoDesk} */
export const videoDesk = { open, state, frames, stillAddress, summary, curves, table, forget };

/**
 * XMLHttpRequest, as fetch does not tell how much has gone.
 * @param {File} file
 * @param {(sent: number) => void} onSent
 * @param {AbortSignal} signal
 * @returns {Promise<VideoState>}
 */
async function open(file, onSent, signal) {
  // A token is asked for before a large file has gone in vain.
  await ask("v1/models");
  const response = await new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    request.open("POST", `v1/video?name=${encodeURIComponent(file.name.slice(-200))}`);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.onprogress = ({ loaded }) => onSent(loaded);
    request.onload = () => done(new Response(request.responseText, { status: request.status }));
    request.onerror = () => failed(new TypeError("network"));
    request.onabort = () => failed(new DOMException("", "AbortError"));
    signal.addEventListener("abort", () => request.abort());
    request.send(file);
  });
  return response.ok ? response.json() : refused(response);
}

/**
 * @param {string} key
 * @returns {Promise<VideoState>}
 */
async function state(key) {
  return answerOf(await ask(`v1/video/${key}`));
}

/**
 * @param {string} key
 * @param {number} start
 * @param {number} end
 * @returns {Promise<VideoFrame[]>}
 */
async function frames(key, start, end) {
  return (await answerOf(await ask(`v1/video/${key}/frames?start=${start}&end=${end}`))).frames;
}

/**
 * @param {string} key
 * @param {number} time
 */
function stillAddress(key, time) {
  return `v1/video/${key}/still?time=${time.toFixed(3)}`;
}

/**
 * @param {string} key
 * @param {VideoEdits} edits
 * @returns {Promise<VideoSummary>}
 */
async function summary(key, edits) {
  return answerOf(await tell(`v1/video/${key}/summary`, edits));
}

/**
 * @param {string} key
 * @param {string} name
 * @param {VideoEdits} edits
 * @returns {Promise<VideoCurves>}
 */
async function curves(key, name, edits) {
  const response = await tell(`v1/video/${key}/curves?name=${encodeURIComponent(name)}`, edits);
  return (await answerOf(response)).curves;
}

/**
 * @param {string} key
 * @param {string} name
 * @param {VideoEdits} edits
 */
async function table(key, name, edits) {
  const response = await tell(`v1/video/${key}/tables/${name}`, edits);
  return response.ok ? response.blob() : refused(response);
}

/** @param {string} key */
function forget(key) {
  // A beacon also goes when the page does.
  navigator.sendBeacon(`v1/video/${key}/forget`);
}

/**
 * @param {string} path
 * @param {VideoEdits} edits
 */
function tell(path, edits) {
  return ask(path, { method: "POST", headers: JSON_TYPE, body: JSON.stringify(edits) });
}

/** @param {Response} response */
function answerOf(response) {
  return response.ok ? response.json() : refused(response);
}
