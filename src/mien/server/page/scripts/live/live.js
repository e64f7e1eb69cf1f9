// The live tab: two clocks. One draws the newest picture and boxes, one sends pictures to be read.

import { CameraError, closeCamera, listCameras, openCamera } from "./camera.js";
import { Cards, showLegend } from "./cards.js";
import { byId, element, offerFile, penOf, setText, stamp } from "../elements.js";
import { engine } from "../engine/engine.js";
import { UNSURE } from "../labels.js";
import { onSettings, settings } from "../settings.js";
import { phrase, setPhrase } from "../words/phrases.js";
import { isDark } from "./light.js";
import { drawPeople } from "./overlay.js";
import { People } from "./people.js";
import { forgetRows, keepRows, rowCount, saveRows, showRows } from "./record.js";
import { hush, tellChange, tellPending } from "./speech.js";

/** @import { LiveFrame, Probabilities, Problem } from "../answers.js" */

const SENT_WIDTH = 640;
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
const line = engine.newLine({ frame: receive, problem, state: connected });

const now = () => performance.now();
const state = {
  /** @type {MediaStream | null} */
  stream: null,
  started: 0,
  frozen: false,
  frozenAt: 0,
  lastSent: 0,
  lastDrawn: 0,
  lastCards: 0,
  lastLight: 0,
  answeredAt: 0,
  dark: false,
  told: { words: "", since: 0, shown: "" },
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
  byId("retry").addEventListener("click", () => line.retry());
  document.addEventListener("visibilitychange", watchOrPause);
  document.addEventListener("tabchange", watchOrPause);
  navigator.mediaDevices?.addEventListener?.("devicechange", fillCameras);
  onSettings(() => {
    video.classList.toggle("mirrored", settings.mirror);
    line.askForSigns(settings.signs);
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
  say(phrase("camera.asking"));
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
  setPhrase(button, "camera.stop");
  setPhrase(byId("camera-on"), "camera.on");
  byId("camera-note").classList.add("on");
  setButtons();
  freeze(false);
  line.open();
  await fillCameras();
  requestAnimationFrame(draw);
}

function stop() {
  closeCamera(state.stream);
  state.stream = null;
  line.close();
  video.srcObject = null;
  people.clear();
  cards.show([], now(), settings);
  hush();
  freeze(false);
  penOf(overlay).clearRect(0, 0, overlay.width, overlay.height);
  byId("connection").hidden = true;
  setPhrase(byId("start"), "camera.start");
  setPhrase(byId("camera-on"), "camera.off");
  byId("camera-note").classList.remove("on");
  stageWords(phrase("live.begin"));
  setButtons();
  state.told = { words: "", since: 0, shown: "" };
  setText(byId("status"), "");
  showRows();
}

function cameraEnded() {
  stop();
  stageWords(phrase("camera.gone"));
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
  setPhrase(button, frozen ? "live.go-on" : "live.freeze");
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
  if (time - state.lastSent < BETWEEN_SENT - 4 || !line.idle) return;
  const wide = Math.min(SENT_WIDTH, width);
  const high = Math.round((wide * height) / width);
  if (sent.width !== wide || sent.height !== high) Object.assign(sent, { width: wide, height: high });
  penOf(sent, { alpha: false }).drawImage(video, 0, 0, wide, high);
  if (time - state.lastLight > LIGHT_EVERY) {
    state.lastLight = time;
    state.dark = isDark(sent);
  }
  state.lastSent = time;
  line.send(sent, now());
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
  const silent = state.answeredAt && clock - state.answeredAt > SILENT;
  if (state.frozen) say(phrase("live.frozen"));
  else if (!byId("connection").hidden) say(phrase("live.waiting"));
  else if (state.problem) say(state.problem);
  else if (silent) say(phrase("live.waiting"));
  else if (!state.answeredAt) say(phrase("live.looking"));
  else if (count) say(phrase("live.in-view", { count }), true);
  else say(phrase(state.dark ? "live.dark" : "live.no-face"), true);
}

/**
 * A line that flickers cannot be read, least of all by a screen reader.
 * @param {string} words
 * @param {boolean} [counts] - whether it only counts people, and may wait a moment
 */
function say(words, counts = false) {
  const { told } = state;
  if (words !== told.words) Object.assign(told, { words, since: now() });
  const held = now() - told.since;
  if ((!counts || held > STATUS_HOLD) && told.shown !== words) {
    told.shown = words;
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
  say(phrase("data.forgotten", { count }));
  byId(state.stream ? "freeze" : "start").focus();
}
