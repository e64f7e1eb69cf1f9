// Half a minute before the camera, with something to do: only numbers come of it.

import { closeCamera, openCamera } from "../camera/camera.js";
import { chosenCamera } from "../camera/cameras.js";
import { Feed } from "../camera/feed.js";
import { byId, element, messageOf, setText } from "../elements.js";
import { GONE, JournalError, NO_ANSWER } from "../engine/journal-error.js";
import { onLanguage, phrase, setPhrase } from "../words/phrases.js";
import { takeSeen } from "./check-in.js";
import { percentOf, secondsOf } from "./numbers.js";
import { WatchLine } from "./watch-line.js";

/** @import { JournalEngine, Watched } from "../answers.js" */

const TASKS = /** @type {const} */ (["read", "answer", "look"]);
const LONG = [30, 60, 90];
/** By task, for how long if nobody chose. */
const USUAL = { read: 30, answer: 60, look: 30 };

/** @type {JournalEngine} */
let journal;
/** @type {{ done: () => void, refused: (error: unknown) => void }} */
let then;
/** @type {Feed | null} */
let feed = null;
/** @type {WatchLine} */
let line;
/** @type {typeof TASKS[number]} */
let task = "read";
/** Of this stretch before the camera; "" when there is none. */
let name = "";
let paused = false;
/** @type {Watched} */
let last = { seconds: 0, face: false, face_seen: 0, light: 0 };

/**
 * Tie it.
 * @param {JournalEngine} engine
 * @param {{ done: () => void, refused: (error: unknown) => void }} calls
 */
export function startWatch(engine, calls) {
  journal = engine;
  then = calls;
  line = new WatchLine((picture) => journal.watch(name, picture), heard, failed);
  byId("watch-start").addEventListener("click", start);
  byId("watch-pause").addEventListener("click", () => pause(!paused));
  byId("watch-enough").addEventListener("click", finish);
  byId("watch-leave").addEventListener("click", () => {
    stopWatch();
    then.done();
  });
  byId("watch-seconds").addEventListener("change", showProgress);
  // Nobody is looked at where they cannot see that they are.
  for (const event of ["tabchange", "visibilitychange"]) document.addEventListener(event, pauseUnseen);
  onLanguage(show);
  show();
}

/** End it, and forget what was seen. */
export function stopWatch() {
  if (name) journal.leave(name).catch(() => {}); // It is forgotten there after some minutes.
  end();
  setText(byId("watch-words"), "");
}

function end() {
  name = "";
  feed?.stop();
  feed = null;
  last = { seconds: 0, face: false, face_seen: 0, light: 0 };
  paused = false;
  show();
}

async function start() {
  const button = byId("watch-start", HTMLButtonElement);
  button.disabled = true;
  setPhrase(byId("watch-words"), "camera.asking");
  /** @type {MediaStream | null} */
  let stream = null;
  try {
    stream = await openCamera(chosenCamera());
    if (byId("watch").hidden) {
      closeCamera(stream);
      return;
    }
    const on = { frame: () => {}, problem: () => {}, state: () => {}, ended };
    feed = new Feed(byId("watch-video", HTMLVideoElement), on, () => line);
    name = crypto.randomUUID();
    paused = false;
    byId("watch-video").hidden = false;
    await feed.start(stream);
  } catch (error) {
    closeCamera(stream);
    end();
    say(messageOf(error));
    return;
  } finally {
    button.disabled = false;
  }
  show();
  say(phrase("live.looking"));
  byId("watch-pause").focus();
  requestAnimationFrame(pump);
}

/** @param {number} time */
function pump(time) {
  if (!feed?.stream) return;
  requestAnimationFrame(pump);
  if (!paused) feed.pump(time);
}

/** @param {Watched} watched */
function heard(watched) {
  last = watched;
  if (watched.seconds >= wanted()) finish();
  else showProgress();
}

/** @param {unknown} error */
function failed(error) {
  if (error instanceof JournalError && error.status === NO_ANSWER) {
    pause(true);
    say(error.message);
    return;
  }
  end();
  setPhrase(byId("watch-words"), "watch.lost");
  then.refused(error);
}

/** @param {boolean} on */
function pause(on) {
  if (!feed) return;
  paused = on;
  feed.watch(!on);
  if (!on) line.retry();
  setPhrase(byId("watch-pause"), on ? "watch.go-on" : "watch.pause");
  showProgress();
}

function pauseUnseen() {
  const unseen = byId("journal").hidden || document.visibilityState === "hidden";
  if (feed && unseen && !paused) pause(true);
}

function ended() {
  stopWatch();
  setPhrase(byId("watch-words"), "camera.gone");
}

async function finish() {
  const done = name;
  const during = task;
  line.close();
  if (!done) return;
  name = "";
  try {
    const seen = await journal.finish(done);
    const values = {
      seconds: secondsOf(Number(seen.measures["seconds"])),
      percent: percentOf(Number(seen.measures["face_seen"])),
    };
    end();
    takeSeen({ task: during, seen });
    then.done();
    const words = byId("journal-status");
    if (seen.poor) setPhrase(words, "watch.poor", { why: whyPoor(seen.poor) });
    else setPhrase(words, "watch.done", values);
    byId("seen-words").scrollIntoView({ block: "nearest" });
  } catch (error) {
    end();
    if (error instanceof JournalError && error.status === GONE) setPhrase(byId("watch-words"), "watch.lost");
    else then.refused(error);
  }
}

/**
 * Why the camera's part says nothing.
 * @param {string} poor
 */
export function whyPoor(poor) {
  return phrase(/** @type {"poor.dark"} */ (`poor.${poor}`));
}

/**
 * What somebody does before the camera, in words.
 * @param {string} which
 */
export function taskWord(which) {
  return phrase(/** @type {"watch.task-read"} */ (`watch.task-${which}`));
}

const wanted = () => Number(byId("watch-seconds", HTMLSelectElement).value);

function show() {
  const running = feed !== null;
  byId("watch-choices").hidden = running;
  byId("watch-start").hidden = running;
  for (const id of ["watch-pause", "watch-enough", "watch-progress", "watch-video"]) byId(id).hidden = !running;
  setPhrase(byId("watch-pause"), paused ? "watch.go-on" : "watch.pause");
  fillTasks();
  const picture = byId("watch-picture", HTMLImageElement);
  picture.hidden = task !== "look";
  picture.alt = phrase("watch.picture");
  setPhrase(byId("watch-text"), /** @type {"watch.text-read"} */ (`watch.text-${task}`));
  byId("watch").classList.toggle("running", running);
}

function fillTasks() {
  const box = byId("tasks");
  if (!box.querySelector("label")) {
    for (const each of TASKS) {
      const input = element("input", { type: "radio", name: "task", value: each, checked: each === task });
      input.addEventListener("change", () => choose(each));
      const words = element("span", { phrase: /** @type {"watch.task-read"} */ (`watch.task-${each}`) });
      box.append(element("label", {}, input, words));
    }
  }
  const select = byId("watch-seconds", HTMLSelectElement);
  const chosen = select.value || String(USUAL[task]);
  select.replaceChildren(...LONG.map((count) => element("option", { value: count, text: secondsOf(count) })));
  select.value = chosen;
}

/** @param {typeof TASKS[number]} wantedTask */
function choose(wantedTask) {
  task = wantedTask;
  byId("watch-seconds", HTMLSelectElement).value = String(USUAL[task]);
  show();
}

function showProgress() {
  const bar = byId("watch-progress", HTMLProgressElement);
  const whole = wanted();
  bar.max = whole;
  bar.value = Math.min(last.seconds, whole);
  if (!feed) return;
  const values = { seconds: Math.floor(last.seconds), whole, percent: percentOf(last.face_seen) };
  if (paused) say(phrase("watch.paused", values));
  else if (!last.face) say(phrase(feed.dark ? "watch.dark" : "watch.no-face", values));
  else say(phrase("watch.going", values));
}

/** @param {string} words */
function say(words) {
  const target = byId("watch-words");
  delete target.dataset["phrase"];
  setText(target, words);
}
