// The live tab: two clocks. One draws the newest picture and boxes, one sends pictures to be read.

import { openCamera } from "../camera/camera.js";
import { chosenCamera, fillCameras } from "../camera/cameras.js";
import { Feed } from "../camera/feed.js";
import { forgetConversation, observe } from "../conversation/journal.js";
import { byId, messageOf, penOf } from "../elements.js";
import { openClip } from "../faces/clip.js";
import { onSettings, settings } from "../settings.js";
import { onLanguage, phrase, setPhrase } from "../words/phrases.js";
import { hideAnswer, showAnswer } from "./answer.js";
import { Cards } from "./cards.js";
import { chime } from "./chime.js";
import { Followed } from "./followed.js";
import { fillLegend, hideLegend } from "./legend.js";
import { drawPeople } from "./overlay.js";
import { People } from "./people.js";
import { forgetRows, keepRows, rowCount, saveRows, showRows } from "./record.js";
import { hush, tellChange, tellPending } from "./speech.js";
import { fitStage, savePicture, stageWords } from "./stage.js";
import { clearStatus, sayStatus } from "./status.js";

/** @import { LiveFrame, Problem } from "../answers.js" */
/** @import { Key } from "../words/phrases.js" */

const CARDS_EVERY = 200;
const CARDS_EVERY_CALM = 500;
const SETTLE = 600;
const SILENT = 1400;

const video = byId("video", HTMLVideoElement);
const overlay = byId("overlay", HTMLCanvasElement);
const people = new People();
const followed = new Followed(people, (number) => {
  cards.mark(number);
  state.lastCards = 0;
  tellFollowed();
});
const cards = new Cards((number) => followed.toggle(number));
const feed = new Feed(video, { frame: receive, problem, state: connected, ended: cameraEnded });

const now = () => performance.now();
const state = {
  frozen: false,
  frozenAt: 0,
  lastDrawn: 0,
  lastCards: 0,
  problem: "",
};

/** Tie the buttons of the live tab. */
export function startLive() {
  byId("start").addEventListener("click", () => (feed.stream ? stop() : startCamera()));
  byId("try-clip").addEventListener("click", startClip);
  byId("camera").addEventListener("change", () => feed.stream && startCamera());
  byId("freeze").addEventListener("click", () => freeze(!state.frozen));
  byId("save-picture").addEventListener("click", () => savePicture(people.inView(clock()), look()));
  byId("save-data").addEventListener("click", saveRows);
  byId("forget").addEventListener("click", forget);
  // Where the word has gone to.
  byId("aid").addEventListener("click", () => scrollTo({ top: 0 }));
  byId("retry").addEventListener("click", () => feed.line.retry());
  document.addEventListener("visibilitychange", watchOrPause);
  document.addEventListener("tabchange", watchOrPause);
  navigator.mediaDevices?.addEventListener?.("devicechange", () => fillCameras(feed.stream));
  onSettings(() => {
    video.classList.toggle("mirrored", settings.mirror);
    feed.line.askForSigns(true);
    if (settings.speak) tellFollowed();
    else hush();
    state.lastCards = 0;
    fillLegend();
  });
  onLanguage(() => {
    state.lastCards = 0;
    hush();
    fillLegend();
    showRows();
  });
  showRows();
}

function startCamera() {
  sayStatus(phrase("camera.asking"));
  return start(() => openCamera(chosenCamera()), "camera.on");
}

function startClip() {
  return start(openClip, "sample.on");
}

/**
 * Begin to read a stream.
 * @param {() => Promise<MediaStream>} open - throws what to tell people
 * @param {Key} says - what is being read
 */
async function start(open, says) {
  const buttons = ["start", "try-clip"].map((id) => byId(id, HTMLButtonElement));
  for (const button of buttons) button.disabled = true;
  try {
    await feed.start(await open());
  } catch (error) {
    stop();
    stageWords(messageOf(error));
    sayStatus(messageOf(error));
    return;
  } finally {
    for (const button of buttons) button.disabled = false;
  }
  people.clear();
  followed.clear();
  forgetConversation();
  hush();
  Object.assign(state, { frozen: false, problem: "", lastDrawn: now() });
  stageWords(null);
  setPhrase(byId("camera-on"), says);
  showRunning(true);
  freeze(false);
  watchOrPause();
  await fillCameras(feed.stream);
  requestAnimationFrame(draw);
}

function stop() {
  feed.stop();
  people.clear();
  followed.clear();
  cards.show([], now(), settings);
  hideLegend();
  hideAnswer();
  hush();
  freeze(false);
  penOf(overlay).clearRect(0, 0, overlay.width, overlay.height);
  byId("connection").hidden = true;
  setPhrase(byId("camera-on"), "camera.off");
  stageWords("");
  showRunning(false);
  clearStatus();
  showRows();
}

/** @param {boolean} running */
function showRunning(running) {
  setPhrase(byId("start"), running ? "camera.stop" : "camera.start");
  byId("camera-note").classList.toggle("on", running);
  byId("live").classList.toggle("running", running);
  for (const id of ["freeze", "save-picture"]) byId(id, HTMLButtonElement).disabled = !running;
}

function cameraEnded() {
  stop();
  stageWords(phrase("camera.gone"));
  sayStatus(phrase("camera.gone"));
}

/** @param {boolean} frozen */
function freeze(frozen) {
  Object.assign(state, { frozen, frozenAt: now() });
  if (feed.stream) {
    if (frozen) video.pause();
    else video.play().catch(() => {}); // Stopped again before it began.
  }
  const button = byId("freeze");
  button.setAttribute("aria-pressed", String(frozen));
  setPhrase(button, frozen ? "live.go-on" : "live.freeze");
}

function clock() {
  return state.frozen ? state.frozenAt : now();
}

function isWatched() {
  return document.visibilityState !== "hidden" && !byId("live").hidden;
}

function watchOrPause() {
  feed.watch(isWatched());
  if (!isWatched()) hush();
}

/**
 * The clock of the display: every frame of the screen.
 * @param {number} time
 */
function draw(time) {
  if (!feed.stream) return;
  requestAnimationFrame(draw);
  const passed = time - state.lastDrawn;
  state.lastDrawn = time;
  if (!isWatched() || !video.videoWidth) return;
  fitStage();
  if (!state.frozen) people.move(passed, now(), settings.calm);
  // Answers to the last pictures before the freeze still belong to what is seen.
  else if (now() - state.frozenAt < SETTLE) people.move(passed, state.frozenAt, settings.calm);
  const context = penOf(overlay);
  context.clearRect(0, 0, overlay.width, overlay.height);
  drawPeople(context, people.inView(clock()), look());
  if (time - state.lastCards > (settings.calm ? CARDS_EVERY_CALM : CARDS_EVERY)) {
    state.lastCards = time;
    show();
  }
  if (!state.frozen) feed.pump(time);
}

/** What stands beside the picture. */
function show() {
  const at = clock();
  const several = people.all.length > 1;
  cards.show(people.all, at, look());
  followed.show(at);
  if (feed.answeredAt) showAnswer(followed.person(at), { clock: at, several, dark: feed.dark });
  showRows();
  statusLine(at);
  if (!state.frozen) tellPending(at);
}

/** @returns {import("./overlay.js").Look} */
function look() {
  return { ...settings, chosen: followed.number, several: people.all.length > 1, clock: clock() };
}

/**
 * @param {LiveFrame} message
 * @param {number} seconds
 */
function receive({ frame, sent: taken }, seconds) {
  state.problem = "";
  const changed = people.update(frame, taken, now(), settings.calm);
  keepRows(frame, seconds, people);
  observe(people.all, seconds, taken, feed.sent);
  const person = followed.person(now());
  if (person && changed.includes(person)) {
    tellFollowed();
    chime(person.word.label, now());
  }
  const first = frame.faces[0]?.track;
  if (first) fillLegend(first.probabilities);
}

function tellFollowed() {
  const person = followed.person(now());
  if (person) tellChange(person, people.all.length > 1, now());
}

/** @param {Problem} message */
function problem({ what, hint }) {
  state.problem = hint ? `${what}: ${hint}` : what;
}

/** @param {boolean} open */
function connected(open) {
  byId("connection").hidden = open;
}

/** @param {number} at */
function statusLine(at) {
  const count = people.inView(at).length;
  const silent = feed.answeredAt && at - feed.answeredAt > SILENT;
  if (state.frozen) sayStatus(phrase("live.frozen"));
  else if (!byId("connection").hidden) sayStatus(phrase("live.waiting"));
  else if (state.problem) sayStatus(state.problem);
  else if (silent) sayStatus(phrase("live.waiting"));
  else if (!feed.answeredAt) sayStatus(phrase("live.looking"));
  else if (count) sayStatus(phrase("live.in-view", { count }), true);
  else sayStatus(phrase(feed.dark ? "live.dark" : "live.no-face"), true);
}

function forget() {
  const count = rowCount();
  forgetRows();
  forgetConversation();
  for (const person of people.all) person.segments = person.segments.slice(-1);
  sayStatus(phrase("data.forgotten", { count }));
  byId(feed.stream ? "freeze" : "start").focus();
}
