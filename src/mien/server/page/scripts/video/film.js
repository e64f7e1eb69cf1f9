// The picture of the video at a time: played by the browser, or frame by frame from the server.

import { byId, penOf, setText } from "../elements.js";
import { engine } from "../engine/engine.js";
import { labelOf, UNSURE } from "../labels.js";
import { drawPeople } from "../live/overlay.js";
import { settings } from "../settings.js";
import { phrase, setPhrase } from "../words/phrases.js";
import { clockOf } from "../conversation/summary.js";

/** @import { VideoAnswer, VideoFace } from "../answers.js" */
/** @import { Seen } from "./seen.js" */

const MOST_PIXELS = 1280;

/** @type {Seen | null} */
let seen = null;
/** @type {string | null} */
let address = null;
let plays = false;
let time = 0;
/** The time of the frame that the server was asked for last, and whether its answer is awaited. */
let stillAt = -1;
let stillComes = false;
/** @type {string | null} */
let stillAddress = null;
/** @type {(time: number) => void} */
let onTime = () => {};

const film = () => byId("video-film", HTMLVideoElement);
const still = () => byId("video-still", HTMLImageElement);
const slider = () => byId("video-time", HTMLInputElement);

/**
 * Tie the picture and its slider.
 * @param {(time: number) => void} listener - told of every time that is shown
 */
export function startFilm(listener) {
  onTime = listener;
  slider().addEventListener("input", () => showTime(Number(slider().value)));
  byId("video-play").addEventListener("click", () => (film().paused ? film().play() : film().pause()));
  film().addEventListener("loadedmetadata", () => {
    // Sound without a picture: the browser has no decoder for it.
    if (film().videoWidth === 0) showStills("video.cannot-play");
    else showTime(time);
  });
  film().addEventListener("error", () => address && showStills("video.cannot-play"));
  film().addEventListener("seeked", draw);
  film().addEventListener("play", () => {
    setPhrase(byId("video-play"), "video.pause");
    follow();
  });
  film().addEventListener("pause", () => setPhrase(byId("video-play"), "video.play"));
}

/**
 * Show another video.
 * @param {Seen} shown
 * @param {File | null} file - null when only the server has it
 */
export function openFilm(shown, file) {
  closeFilm();
  seen = shown;
  time = 0;
  plays = file !== null;
  byId("video-note").hidden = plays;
  byId("video-play").hidden = !plays;
  film().hidden = !plays;
  still().hidden = plays;
  if (file) {
    address = URL.createObjectURL(file);
    film().src = address;
  } else showStills("video.no-file");
}

/** Let go of the file. */
export function closeFilm() {
  film().pause();
  film().removeAttribute("src");
  film().load();
  still().removeAttribute("src");
  for (const each of [address, stillAddress]) if (each) URL.revokeObjectURL(each);
  address = stillAddress = seen = null;
  stillAt = -1;
}

/**
 * More of the video has been read.
 * @param {VideoAnswer} answer
 */
export function growFilm({ width, height, seconds }) {
  const scale = Math.min(1, MOST_PIXELS / Math.max(width, height, 1));
  const canvas = byId("video-overlay", HTMLCanvasElement);
  const [wide, high] = [Math.round(width * scale), Math.round(height * scale)];
  if (canvas.width !== wide || canvas.height !== high) [canvas.width, canvas.height] = [wide, high];
  byId("video-picture").style.aspectRatio = width ? `${width} / ${height}` : "";
  byId("video-picture").style.setProperty("--shape", String(width ? width / height : 16 / 9));
  slider().max = String(Math.max(seconds ?? 0, seen?.end ?? 0, 0.04));
  draw();
  if (!plays) showStill();
}

/** The time that is shown, in seconds. */
export function shownTime() {
  return time;
}

/**
 * @param {number} wanted - in seconds
 */
export function showTime(wanted) {
  time = Math.max(0, Math.min(wanted, Number(slider().max)));
  if (plays && film().readyState > 0) film().currentTime = time;
  else if (!plays) showStill();
  draw();
}

function follow() {
  if (film().paused) return;
  time = film().currentTime;
  draw();
  requestAnimationFrame(follow);
}

/** @param {"video.cannot-play" | "video.no-file"} why */
function showStills(why) {
  plays = false;
  film().hidden = byId("video-play").hidden = true;
  still().hidden = false;
  setPhrase(byId("video-note"), why);
  byId("video-note").hidden = false;
  showStill();
}

/** Ask for the frame at the time; while one is awaited, the newest time waits. */
async function showStill() {
  if (stillComes || stillAt === time || !seen?.shots.length || !engine.videos) return;
  const [asked, of] = [time, seen];
  stillAt = asked;
  stillComes = true;
  try {
    const picture = await engine.videos.still(asked);
    if (seen === of) {
      if (stillAddress) URL.revokeObjectURL(stillAddress);
      stillAddress = URL.createObjectURL(picture);
      still().src = stillAddress;
    }
  } catch {
    // The picture before stays; the words and boxes are right all the same.
  } finally {
    stillComes = false;
  }
  if (time !== asked) showStill();
}

/** Boxes and words of the time, and where it is. */
export function draw() {
  if (!seen) return;
  const [, faces] = seen.at(time) ?? [0, /** @type {VideoFace[]} */ ([])];
  const canvas = byId("video-overlay", HTMLCanvasElement);
  const context = penOf(canvas);
  context.clearRect(0, 0, canvas.width, canvas.height);
  const people = faces.map(([track, left, top, right, bottom, label, likeliest, confidence]) => {
    const number = seen?.personOf(track) ?? track;
    const word = { label, top: likeliest, unsure: label === UNSURE, confidence, from: 0 };
    const box = /** @type {[number, number, number, number]} */ ([left, top, right, bottom]);
    return { number, name: seen?.names.get(number) ?? "", shown: box, word, taken: 0 };
  });
  const look = { ...settings, mirror: false, chosen: null, several: true, clock: 0 };
  drawPeople(context, people, look);
  slider().value = String(time);
  const words = people.map(({ number, word }) => `${seen?.titleOf(number)} ${labelOf(word.label)}`);
  const told = words.length ? words.join(", ") : phrase("video.no-one");
  slider().setAttribute("aria-valuetext", phrase("video.time-text", { time: clockOf(time), words: told }));
  setText(byId("video-clock", HTMLOutputElement), `${clockOf(time)} / ${clockOf(Number(slider().max))}`);
  onTime(time);
}
