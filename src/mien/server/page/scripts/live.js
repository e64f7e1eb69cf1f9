// The live tab: two clocks. One draws the newest picture and boxes, one sends pictures to be read.

import { CameraError, closeCamera, listCameras, openCamera } from "./camera.js";
import { Cards, showLegend } from "./cards.js";
import { Connection } from "./connection.js";
import { byId, element, offerFile, penOf, setText, stamp } from "./elements.js";
import { isDark } from "./light.js";
import { UNSURE } from "./labels.js";
import { drawPeople } from "./overlay.js";
import { People } from "./people.js";
import { forgetRows, keepRows, rowCount, saveRows, showRows } from "./record.js";
import { onSettings, settings } from "./settings.js";
import { hush, tellChange, tellPending } from "./speech.js";

/** @import { LiveFrame, Probabilities, Problem } from "./answers.js" */

const SENT_WIDTH = 640;
const SENT_QUALITY = 0.7;
const BETWEEN_SENT = 33;
const CARDS_EVERY = 200;
const CARDS_EVERY_CALM = 500;
const LIGHT_EVERY = 1000;
const STATUS_HOLD = 1200;
const SETTLE = 600;
const SILENT = 1400;

const video = byId("video", HTMLVideoElement);
const overlay = byId("overlay", HTMLCanvasElement);
const sent = document.createElement("canvas");
const people = new People();
const cards = new Cards(tellFollowed);
const connection = new Connection({ frame: receive, problem, state: connected });

const now = () => performance.now();
const state = {
  /** @type {MediaStream | null} */
  stream: null,
  started: 0,
  frozen: false,
  frozenAt: 0,
  encoding: false,
  lastSent: 0,
  lastDrawn: 0,
  lastCards: 0,
  lastLight: 0,
  answeredAt: 0,
  dark: false,
  line: { words: "", since: 0, shown: "" },
  problem: "",
};

/** Tie the buttons of the live tab. */
export function startLive() {
  byId("start").addEventListener("click", () => (state.stream ? stop() : start()));
  byId("camera").addEventListener("change", () => state.stream && start());
  byId("freeze").addEventListener("click", () => freeze(!state.frozen));
  byId("save-picture").addEventListener("click", savePicture);
  byId("save-data").addEventListener("click", saveRows);
  byId("forget").addEventListener("click", forget);
  byId("retry").addEventListener("click", () => connection.retry());
  document.addEventListener("visibilitychange", watchOrPause);
  document.addEventListener("tabchange", watchOrPause);
  navigator.mediaDevices?.addEventListener?.("devicechange", fillCameras);
  onSettings(() => {
    video.classList.toggle("mirrored", settings.mirror);
    connection.askForSigns(settings.signs);
    if (settings.speak) tellFollowed();
    else hush();
    state.lastCards = 0;
    if (!byId("legend-box").hidden) legend();
  });
  showRows();
}

async function start() {
  const button = byId("start", HTMLButtonElement);
  button.disabled = true;
  say("Asking for the camera …");
  closeCamera(state.stream);
  /** @type {MediaStream} */
  let stream;
  try {
    stream = state.stream = await openCamera(byId("camera", HTMLSelectElement).value);
  } catch (error) {
    if (!(error instanceof CameraError)) throw error;
    stop();
    stageWords(error.message);
    say(error.message);
    return;
  } finally {
    button.disabled = false;
  }
  for (const track of stream.getVideoTracks()) track.onended = cameraEnded;
  video.srcObject = stream;
  await video.play();
  people.clear();
  hush();
  Object.assign(state, { started: now(), frozen: false, answeredAt: 0, problem: "", lastDrawn: now() });
  stageWords("");
  setText(button, "Stop the camera");
  setText(byId("camera-on"), "The camera is being read.");
  byId("camera-note").classList.add("on");
  setButtons();
  freeze(false);
  connection.open();
  await fillCameras();
  requestAnimationFrame(draw);
}

function stop() {
  closeCamera(state.stream);
  state.stream = null;
  connection.close();
  video.srcObject = null;
  people.clear();
  cards.show([], now(), settings);
  hush();
  freeze(false);
  penOf(overlay).clearRect(0, 0, overlay.width, overlay.height);
  byId("connection").hidden = true;
  setText(byId("start"), "Start the camera");
  setText(byId("camera-on"), "The camera is off.");
  byId("camera-note").classList.remove("on");
  stageWords("Start the camera, and Mien says what the faces in view show.");
  setButtons();
  state.line = { words: "", since: 0, shown: "" };
  setText(byId("status"), "");
  showRows();
}

function cameraEnded() {
  stop();
  stageWords("The camera was unplugged or taken away. Plug it in, then start again.");
}

async function fillCameras() {
  const select = byId("camera", HTMLSelectElement);
  const chosen = state.stream?.getVideoTracks()[0]?.getSettings().deviceId ?? select.value;
  const found = await listCameras();
  if (!found.length) return;
  select.replaceChildren(...found.map(({ id, name }) => element("option", { value: id, text: name })));
  if (found.some(({ id }) => id === chosen)) select.value = chosen;
  select.disabled = found.length < 2;
}

/** @param {boolean} frozen */
function freeze(frozen) {
  Object.assign(state, { frozen, frozenAt: now() });
  if (state.stream) {
    if (frozen) video.pause();
    else video.play().catch(() => {}); // Stopped again before it began.
  }
  const button = byId("freeze");
  button.setAttribute("aria-pressed", String(frozen));
  setText(button, frozen ? "Go on" : "Freeze");
}

// The camera is not read where nobody can see that it is.
function isWatched() {
  return document.visibilityState !== "hidden" && !byId("live").hidden;
}

function watchOrPause() {
  for (const track of state.stream?.getVideoTracks() ?? []) track.enabled = isWatched();
  if (!isWatched()) hush();
}

function setButtons() {
  const running = state.stream !== null;
  for (const id of ["freeze", "save-picture"]) byId(id, HTMLButtonElement).disabled = !running;
}

/**
 * The clock of the display: every frame of the screen.
 * @param {number} time
 */
function draw(time) {
  if (!state.stream) return;
  requestAnimationFrame(draw);
  const passed = time - state.lastDrawn;
  state.lastDrawn = time;
  if (!isWatched()) return;
  const { videoWidth: width, videoHeight: height } = video;
  if (!width) return;
  fitOverlay(width, height);
  if (!state.frozen) people.move(passed, now(), settings.calm);
  // Answers to the last pictures before the freeze still belong to what is seen.
  else if (now() - state.frozenAt < SETTLE) people.move(passed, state.frozenAt, settings.calm);
  const context = penOf(overlay);
  context.clearRect(0, 0, overlay.width, overlay.height);
  const clock = state.frozen ? state.frozenAt : now();
  drawPeople(context, people.inView(clock), look());
  if (time - state.lastCards > (settings.calm ? CARDS_EVERY_CALM : CARDS_EVERY)) {
    state.lastCards = time;
    cards.show(people.all, clock, look());
    showRows();
    statusLine(clock);
    if (!state.frozen) tellPending(clock);
  }
  if (!state.frozen) sendPicture(time, width, height);
}

/** @returns {import("./overlay.js").Look} */
function look() {
  return { ...settings, chosen: cards.chosen, several: people.all.length > 1 };
}

/**
 * As sharp as the screen, so that words stay readable when the picture is small.
 * @param {number} width
 * @param {number} height
 */
function fitOverlay(width, height) {
  const shown = overlay.clientWidth * Math.min(2, devicePixelRatio || 1);
  const wide = Math.round(shown || width);
  const high = Math.round((wide * height) / width);
  if (overlay.width !== wide || overlay.height !== high) {
    Object.assign(overlay, { width: wide, height: high });
    byId("stage").style.aspectRatio = `${width} / ${height}`;
  }
}

/**
 * The clock of the analysis: a picture whenever Mien is idle enough.
 * @param {number} time
 * @param {number} width
 * @param {number} height
 */
function sendPicture(time, width, height) {
  if (state.encoding || time - state.lastSent < BETWEEN_SENT - 4 || !connection.idle) return;
  const wide = Math.min(SENT_WIDTH, width);
  const high = Math.round((wide * height) / width);
  if (sent.width !== wide || sent.height !== high) Object.assign(sent, { width: wide, height: high });
  penOf(sent, { alpha: false }).drawImage(video, 0, 0, wide, high);
  if (time - state.lastLight > LIGHT_EVERY) {
    state.lastLight = time;
    state.dark = isDark(sent);
  }
  const taken = now();
  state.lastSent = time;
  state.encoding = true;
  sent.toBlob(
    (jpeg) => {
      state.encoding = false;
      if (jpeg && state.stream) connection.send(jpeg, taken);
    },
    "image/jpeg",
    SENT_QUALITY,
  );
}

/** @param {LiveFrame} message */
function receive({ frame, sent: taken }) {
  if (!state.stream || taken < state.started) return;
  state.answeredAt = now();
  state.problem = "";
  const changed = people.update(frame, taken, now(), settings.calm);
  keepRows(frame, (taken - state.started) / 1000, people);
  if (changed.some((person) => person === followed())) tellFollowed();
  const first = frame.faces[0]?.track;
  if (byId("legend-box").hidden && first) legend(first.probabilities);
}

function followed() {
  return people.all.find(({ number }) => number === cards.chosen) ?? people.inView(now())[0];
}

function tellFollowed() {
  const person = followed();
  if (person) tellChange(person, people.all.length > 1, now());
}

/** @type {string[]} */
let legendLabels = [];

/** @param {Probabilities} [probabilities] */
function legend(probabilities) {
  if (probabilities) legendLabels = [...Object.keys(probabilities), UNSURE];
  showLegend(byId("legend"), legendLabels, settings);
  byId("legend-box").hidden = false;
}

/** @param {Problem} message */
function problem({ what, hint }) {
  state.problem = hint ? `${what}: ${hint}` : what;
}

/** @param {boolean} open */
function connected(open) {
  byId("connection").hidden = open;
}

/** @param {number} clock */
function statusLine(clock) {
  const count = people.inView(clock).length;
  let words = count === 1 ? "1 person in view." : `${count} people in view.`;
  if (!count) words = "No face in view.";
  if (!count && state.dark) words = "It is very dark. Light from the front helps.";
  if (!state.answeredAt) words = "Looking for faces …";
  else if (clock - state.answeredAt > SILENT) words = "Waiting for Mien.";
  if (state.problem) words = state.problem;
  if (!byId("connection").hidden) words = "Waiting for Mien.";
  if (state.frozen) words = "Frozen. Press “Go on” to continue.";
  say(words);
}

/**
 * A line that flickers cannot be read, least of all by a screen reader.
 * @param {string} words
 */
function say(words) {
  const { line } = state;
  if (words !== line.words) Object.assign(line, { words, since: now() });
  const held = now() - line.since;
  const counts = [line.shown, words].every((one) => one.endsWith("in view."));
  if ((!counts || held > STATUS_HOLD) && line.shown !== words) {
    line.shown = words;
    setText(byId("status"), words);
  }
}

/** @param {string} words */
function stageWords(words) {
  byId("stage-empty").hidden = words === "";
  setText(byId("stage-words"), words);
}

function savePicture() {
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  const context = penOf(canvas);
  context.save();
  if (settings.mirror) context.transform(-1, 0, 0, 1, canvas.width, 0);
  context.drawImage(video, 0, 0);
  context.restore();
  drawPeople(context, people.inView(state.frozen ? state.frozenAt : now()), look());
  canvas.toBlob((png) => png && offerFile(png, `mien-${stamp()}.png`), "image/png");
}

function forget() {
  const count = rowCount();
  forgetRows();
  for (const person of people.all) person.segments = person.segments.slice(-1);
  say(`${count.toLocaleString("en-GB")} rows forgotten.`);
  byId(state.stream ? "freeze" : "start").focus();
}
