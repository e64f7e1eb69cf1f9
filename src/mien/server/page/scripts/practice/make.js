// "Make this face": a face to make before the camera, and which part of it is still missing.

import { openCamera } from "../camera/camera.js";
import { Feed } from "../camera/feed.js";
import { byId, element, messageOf, setText } from "../elements.js";
import { drawFace } from "../faces/drawn.js";
import { poseOf } from "../faces/expressions.js";
import { LOOKS } from "../faces/looks.js";
import { labelOf, sureness, wordsOf } from "../labels.js";
import { People } from "../live/people.js";
import { onLanguage, phrase, setPhrase } from "../words/phrases.js";
import { noteSuccess } from "./progress.js";
import { PRACTISED, stepsTo, tellsOf } from "./tells.js";

/** @import { LiveFrame, Problem } from "../answers.js" */
/** @import { Person } from "../live/people.js" */

const people = new People();
/** What happens while the camera runs; made when it is first wanted. */
/** @type {Feed | null} */
let feed = null;
let target = PRACTISED[0];
let look = 0;
let done = false;

/** Tie the game. */
export function startMake() {
  byId("make-start").addEventListener("click", () => (feed?.stream ? stop() : start()));
  for (const event of ["tabchange", "gamechange", "visibilitychange"]) {
    document.addEventListener(event, watchOrStop);
  }
  onLanguage(() => {
    fillTargets();
    showTarget();
  });
  fillTargets();
  showTarget();
}

function fillTargets() {
  byId("make-targets").replaceChildren(
    ...PRACTISED.map((label) =>
      element("button", {
        class: "choice",
        "aria-pressed": String(label === target),
        text: labelOf(label),
        onclick: () => choose(label),
      }),
    ),
  );
}

/** @param {string} label */
function choose(label) {
  target = label;
  look = (look + 1) % LOOKS.length;
  const buttons = byId("make-targets").querySelectorAll("button");
  buttons.forEach((button, at) => button.setAttribute("aria-pressed", String(PRACTISED[at] === label)));
  showTarget();
}

function showTarget() {
  done = false;
  const picture = byId("make-picture");
  picture.replaceChildren(drawFace(poseOf(target), LOOKS[look]));
  picture.setAttribute("aria-label", phrase("guess.face", { signs: tellsOf(target).join("; ") }));
  byId("make-steps").replaceChildren(
    ...stepsTo(target).map(({ how }) => element("li", { text: phrase(how) })),
  );
  setText(byId("make-told"), feed?.stream ? "" : phrase("make.begin"));
  byId("make-card").classList.remove("done");
}

async function start() {
  const button = byId("make-start", HTMLButtonElement);
  button.disabled = true;
  feed ??= new Feed(byId("make-video", HTMLVideoElement), { frame: receive, problem, state, ended: stop });
  try {
    await feed.start(await openCamera(""));
  } catch (error) {
    stop();
    setText(byId("make-told"), messageOf(error));
    return;
  } finally {
    button.disabled = false;
  }
  people.clear();
  feed.line.askForSigns(true);
  byId("make-video").hidden = false;
  setPhrase(button, "camera.stop");
  showTarget();
  scrollTo({ top: 0 });
  requestAnimationFrame(pump);
}

function stop() {
  feed?.stop();
  people.clear();
  byId("make-video").hidden = true;
  setPhrase(byId("make-start"), "camera.start");
  showTarget();
}

/** The camera runs only where one sees it: another place ends it, another tab pauses it. */
function watchOrStop() {
  if (!feed?.stream) return;
  if (byId("practice").hidden || byId("make").hidden) stop();
  else feed.watch(document.visibilityState !== "hidden");
}

/** @param {number} time */
function pump(time) {
  if (!feed?.stream) return;
  requestAnimationFrame(pump);
  if (document.visibilityState !== "hidden") feed.pump(time);
}

/** @param {LiveFrame} message */
function receive({ frame, sent: taken }) {
  const now = performance.now();
  people.update(frame, taken, now, false);
  const [person] = people.inView(now);
  if (!person) {
    if (!done) setText(byId("make-told"), phrase("answer.come-nearer"));
    return;
  }
  check(person);
}

/**
 * Which steps are there, and what to do next. Once it was made it stays so, until another is chosen.
 * @param {Person} person
 */
function check(person) {
  const there = new Set(person.signs?.signs.map(({ name }) => name));
  const steps = stepsTo(target);
  const seen = steps.map(({ signs }) => signs.some((name) => there.has(name)));
  [...byId("make-steps").children].forEach((item, at) => item.classList.toggle("seen", seen[at]));
  const { word } = person;
  if (!done && sureness(word) === "looks" && word.label === target) {
    done = true;
    noteSuccess("made", target);
    byId("make-card").classList.add("done");
    setText(byId("make-told"), phrase("make.done", { words: wordsOf(word) }));
  }
  if (!done) setText(byId("make-told"), hint(steps.map(({ how }) => phrase(how)), seen));
}

/**
 * @param {string[]} hows
 * @param {boolean[]} seen
 */
function hint(hows, seen) {
  const missing = seen.indexOf(false);
  if (missing < 0) return phrase(target === "neutral" ? "make.rest" : "make.more");
  const what = hows[missing];
  return phrase(seen.some(Boolean) ? "make.next" : "make.first", { what });
}

/** @param {Problem} message */
function problem({ what, hint: then }) {
  setText(byId("make-told"), then ? `${what}: ${then}` : what);
}

/** @param {boolean} open */
function state(open) {
  if (!open) setText(byId("make-told"), phrase("connection.again"));
}
