// The picture of a moment: the person's own file, played here, with boxes and words over it.

import { byId, penOf, setText } from "../elements.js";
import { colourOf, inkOn, wordsOf } from "../labels.js";
import { setPhrase } from "../words/phrases.js";
import { exactly } from "./clock.js";
import { nameOf, personOf } from "./edits.js";

/** @import { FaceAnswer, VideoDesk, VideoFrame, VideoState } from "../answers.js" */

const CHUNK_SECONDS = 4;
const NEAR_SECONDS = 0.25;
const STILL_MS = 120;

const film = byId("film-video", HTMLVideoElement);
const still = byId("film-still", HTMLImageElement);
const boxes = byId("film-boxes", HTMLCanvasElement);
const slider = byId("film-at", HTMLInputElement);

/** @type {VideoDesk} */
let desk;
/** @type {VideoState | null} */
let shown = null;
/** @type {Map<number, Promise<VideoFrame[]>>} */
const chunks = new Map();
let address = "";
/** @type {ReturnType<typeof setTimeout> | undefined} */
let waiting;

/** @param {VideoDesk} reader */
export function startPlayer(reader) {
  desk = reader;
  slider.addEventListener("input", () => seek(slider.valueAsNumber));
  byId("film-play").addEventListener("click", () => (film.paused ? void film.play() : film.pause()));
  film.addEventListener("error", () => shown && showStills());
  film.addEventListener("loadedmetadata", () => {
    // Sound only, or a kind of picture that this browser has no decoder for.
    if (film.videoWidth === 0 && shown) showStills();
  });
  for (const kind of ["play", "pause", "ended"]) {
    film.addEventListener(kind, () => setPhrase(byId("film-play"), film.paused ? "video.play" : "video.pause"));
  }
  film.addEventListener("play", follow);
  film.addEventListener("seeked", redraw);
  film.addEventListener("loadeddata", redraw);
}

/**
 * @param {VideoState} state
 * @param {File} file
 */
export function openPlayer(state, file) {
  shown = state;
  chunks.clear();
  boxes.width = state.width;
  boxes.height = state.height;
  slider.max = String(state.seconds ?? state.at);
  slider.value = "0";
  still.hidden = true;
  film.hidden = false;
  byId("film-play").hidden = false;
  address = URL.createObjectURL(file);
  film.src = address;
  redraw();
}

export function closePlayer() {
  shown = null;
  clearTimeout(waiting);
  chunks.clear();
  film.pause();
  film.removeAttribute("src");
  film.load();
  still.removeAttribute("src");
  if (address) URL.revokeObjectURL(address);
  address = "";
}

/** Seconds of the moment that is shown. */
export function timeNow() {
  return still.hidden ? film.currentTime : slider.valueAsNumber;
}

/** @param {number} seconds */
export function seek(seconds) {
  slider.value = String(seconds);
  if (still.hidden) {
    film.currentTime = seconds;
    return;
  }
  // Not a picture for each step of a hand that moves on.
  clearTimeout(waiting);
  waiting = setTimeout(showStill, STILL_MS);
}

/** Draw the boxes of the moment again. */
export function redraw() {
  void draw();
}

function follow() {
  if (!shown) return;
  slider.value = String(film.currentTime);
  redraw();
  if (!film.paused) requestAnimationFrame(follow);
}

function showStills() {
  film.hidden = true;
  still.hidden = false;
  byId("film-play").hidden = true;
  setPhrase(byId("film-said"), "video.stills");
  showStill();
}

function showStill() {
  if (!shown) return;
  still.src = desk.stillAddress(shown.key, slider.valueAsNumber);
  redraw();
}

async function draw() {
  const state = shown;
  if (!state) return;
  const time = timeNow();
  setText(byId("film-clock"), exactly(time));
  slider.setAttribute("aria-valuetext", exactly(time));
  const frame = await frameAt(state, time);
  if (shown !== state || timeNow() !== time) return;
  const pen = penOf(boxes);
  pen.clearRect(0, 0, boxes.width, boxes.height);
  /** @type {number[][]} */
  const taken = [];
  for (const face of frame?.faces ?? []) drawFace(pen, face, taken);
  if (film.paused) setText(byId("film-words"), (frame?.faces ?? []).map(told).join(", "));
}

/**
 * The last frame that begins at a time or before.
 * @param {VideoState} state
 * @param {number} time
 */
async function frameAt(state, time) {
  const place = Math.floor(time / CHUNK_SECONDS);
  let chunk = chunks.get(place);
  if (!chunk) {
    const start = place * CHUNK_SECONDS;
    chunk = desk.frames(state.key, Math.max(0, start - NEAR_SECONDS), start + CHUNK_SECONDS);
    chunk.catch(() => chunks.delete(place));
    chunks.set(place, chunk);
  }
  const frames = await chunk.catch(() => []);
  return frames.findLast((frame) => frame.time <= time + 0.001);
}

/** @param {FaceAnswer} face */
function readingOf({ track, ...face }) {
  const { label, top_emotion: top, unsure, confidence } = track ?? face;
  return { label, top, unsure, confidence };
}

/** @param {FaceAnswer} face */
function told(face) {
  const words = wordsOf(readingOf(face));
  return face.track ? `${nameOf(personOf(face.track.id))}: ${words}` : words;
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {FaceAnswer} face
 * @param {number[][]} taken - left, top and right of the words that stand already
 */
function drawFace(pen, face, taken) {
  const [left, top, right, bottom] = face.xyxy;
  const colour = colourOf(readingOf(face).label);
  // As large in the page however large the picture is.
  const unit = pen.canvas.width / Math.max(1, pen.canvas.clientWidth || pen.canvas.width);
  pen.lineWidth = 5 * unit;
  pen.strokeStyle = "#000000";
  pen.strokeRect(left, top, right - left, bottom - top);
  pen.lineWidth = 3 * unit;
  pen.strokeStyle = colour;
  pen.strokeRect(left, top, right - left, bottom - top);
  pen.font = `600 ${15 * unit}px system-ui, sans-serif`;
  const words = told(face);
  const width = pen.measureText(words).width + 10 * unit;
  const height = 22 * unit;
  const x = Math.max(0, Math.min(left, pen.canvas.width - width));
  // Above the face, or under it where there is no room, or other words.
  const isFree = (/** @type {number} */ y) =>
    taken.every(([from, at, to]) => x >= to || x + width <= from || Math.abs(y - at) >= height);
  const under = Math.min(bottom, pen.canvas.height - height);
  const y = top >= height && isFree(top - height) ? top - height : under;
  taken.push([x, y, x + width]);
  pen.fillStyle = colour;
  pen.fillRect(x, y, width, height);
  pen.fillStyle = inkOn(colour);
  pen.fillText(words, x + 5 * unit, y + 16 * unit);
}
