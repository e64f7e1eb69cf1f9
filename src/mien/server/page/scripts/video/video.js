// The tab for a video: copied to the server, followed there, looked at, marked and saved here.

import { clockOf } from "../conversation/summary.js";
import { byId, messageOf, offerFile, setText, stamp } from "../elements.js";
import { engine } from "../engine/engine.js";
import { onSettings } from "../settings.js";
import { onLanguage, setPhrase } from "../words/phrases.js";
import { closeFilm, growFilm, openFilm, startFilm } from "./film.js";
import { showLanes, showOnLanes } from "./lanes.js";
import { offerColumns, showPlot } from "./plotting.js";
import { showRanges, startRanges } from "./ranges.js";
import { Seen } from "./seen.js";

/** @import { VideoAnswer } from "../answers.js" */

const BETWEEN = 500;

let seen = new Seen();
/** @type {VideoAnswer | null} */
let answer = null;
/** @type {AbortController | null} */
let sending = null;
/** Counts the videos that are watched, so that an answer about the one before is not taken for the next one's. */
let turn = 0;
/** Whether the server was asked for a video from before. */
let asked = false;

/** Tie the tab. */
export function startVideo() {
  const file = byId("video-file", HTMLInputElement);
  const drop = byId("video-drop");
  file.addEventListener("change", () => {
    take(file.files);
    file.value = "";
  });
  drop.addEventListener("dragover", () => drop.classList.add("over"));
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  byId("film").addEventListener("drop", (event) => {
    drop.classList.remove("over");
    take(event.dataTransfer?.files);
  });
  byId("video-stop").addEventListener("click", stop);
  byId("video-forget").addEventListener("click", forget);
  byId("video-save").addEventListener("click", save);
  byId("video-column").addEventListener("change", () => showPlot(seen));
  byId("video-plot-box").addEventListener("toggle", () => showPlot(seen));
  startFilm(showOnLanes);
  startRanges(() => seen, changed);
  onLanguage(showAll);
  onSettings(showAll);
  document.addEventListener("tabchange", lookOnce);
  lookOnce();
}

/** When the tab is first seen: the server may hold a video from before the page was loaded again. */
async function lookOnce() {
  if (asked || byId("film").hidden || !engine.videos) return;
  asked = true;
  const before = turn;
  try {
    const found = await engine.videos.state();
    if (found === null) {
      byId("video-drop").hidden = true;
      setPhrase(byId("video-status"), "video.not-here");
    } else if (["reading", "done", "stopped"].includes(found.state) && !sending) {
      const marked = await engine.videos.markings();
      if (before !== turn) return; // Another video was chosen meanwhile.
      seen.take(marked);
      openFilm(seen, null);
      watch();
    }
  } catch (error) {
    if (before !== turn) return; // What is said now is about the other video.
    asked = false;
    setText(byId("video-status"), messageOf(error));
  }
}

/** @param {FileList | null | undefined} files */
async function take(files) {
  const [file, ...others] = files ?? [];
  if (!file || sending || !engine.videos) return;
  asked = true;
  if (answer?.state === "reading") {
    setPhrase(byId("video-status"), "video.busy");
    return;
  }
  turn++;
  setPhrase(byId("video-status"), others.length ? "video.one-only" : "video.sending", { name: file.name });
  const bar = byId("video-bar", HTMLProgressElement);
  bar.value = 0;
  byId("video-progress").hidden = false;
  setPhrase(byId("video-stop"), "video.cancel");
  sending = new AbortController();
  try {
    answer = await engine.videos.send(file, (share) => (bar.value = share), sending.signal);
    sending = null;
    seen = new Seen();
    openFilm(seen, file);
    watch();
  } catch (error) {
    sending = null;
    byId("video-progress").hidden = true;
    await lookAgain();
    setPhrase(byId("video-status"), "video.failed", { name: file.name, problem: messageOf(error) });
  }
}

/** After a video was not taken: the one before it may be gone, or another page may have one. */
async function lookAgain() {
  const now = await engine.videos?.state().catch(() => null);
  if (!now) return;
  if (now.state === "none") {
    answer = now;
    seen = new Seen();
    showAll();
  } else if (!seen.shots.length) {
    await attempt(async (videos) => seen.take(await videos.markings()));
    openFilm(seen, null);
    watch();
  }
}

/** Ask how far it is until it is at its end, and fetch what is new. */
async function watch() {
  if (!engine.videos) return;
  const mine = ++turn;
  const of = seen;
  try {
    for (;;) {
      const now = await engine.videos.state();
      while (now && of.shots.length < now.frames && now.state !== "failed" && mine === turn) {
        of.shots.push(...(await engine.videos.shots(of.shots.length)));
      }
      if (mine !== turn) return;
      answer = now;
      showAll();
      if (now?.state !== "reading") return;
      await new Promise((resolve) => setTimeout(resolve, BETWEEN));
    }
  } catch (error) {
    if (mine !== turn) return;
    byId("video-progress").hidden = true;
    setText(byId("video-status"), messageOf(error));
  }
}

/** Show what was marked just now, and keep it with the video. */
function changed() {
  showAll();
  attempt((videos) => videos.keep(seen.markings()));
}

/** Everything that depends on what was read and marked. */
function showAll() {
  if (!answer) return;
  const { state, frames, columns } = answer;
  const failed = state === "failed" || state === "none";
  byId("video-full").hidden = failed || frames === 0;
  const opened = !byId("video-full").hidden;
  byId("video-drop").classList.toggle("small-drop", opened);
  byId("video-choose").classList.toggle("main-action", !opened);
  setPhrase(byId("video-choose"), opened ? "video.another" : "video.choose");
  tell(answer);
  if (failed) {
    closeFilm();
    return;
  }
  growFilm(answer);
  showLanes(seen, changed);
  showRanges(seen, changed);
  offerColumns(columns);
  const ended = state !== "reading";
  byId("video-nobody").hidden = !ended || seen.shots.some(([, faces]) => faces.length > 0);
  byId("video-save", HTMLButtonElement).disabled = !ended;
  if (ended) showPlot(seen);
}

/** @type {string} */
let told = "";

/**
 * Say how far it is; each thing once, so that other words are not pushed aside.
 * @param {VideoAnswer} now
 */
function tell({ state, name, at, seconds, frames, losses, problem }) {
  const status = byId("video-status");
  const time = clockOf(at);
  byId("video-progress").hidden = state !== "reading" && sending === null;
  if (state === "reading") {
    byId("video-bar", HTMLProgressElement).value = seconds ? at / seconds : 0;
    setPhrase(byId("video-stop"), "video.stop");
    if (seconds) setPhrase(status, "video.reading-of", { name, time, whole: clockOf(seconds) });
    else setPhrase(status, "video.reading", { name, time });
  }
  const news = `${state} ${name} ${at}`;
  if (state !== "reading" && news !== told) {
    if (state === "done") setPhrase(status, "video.done", { name, count: frames, time: clockOf(seen.end) });
    if (state === "stopped") setPhrase(status, "video.stopped", { time });
    if (state === "failed") setPhrase(status, "video.failed", { name, problem: problem ?? "" });
  }
  told = news;
  const lost = byId("video-lost");
  lost.hidden = losses.length === 0;
  setPhrase(lost, "video.lost", { losses: losses.join("; ") });
}

async function stop() {
  if (sending) sending.abort();
  else await attempt(async (videos) => void (await videos.stop()));
}

async function forget() {
  await attempt(async (videos) => {
    turn++;
    answer = await videos.forget();
    seen = new Seen();
    closeFilm();
    showAll();
    setPhrase(byId("video-status"), "video.forgotten");
    byId("video-file").focus();
  });
}

async function save() {
  const format = byId("video-format", HTMLSelectElement).value;
  setPhrase(byId("video-status"), "video.saving");
  await attempt(async (videos) => {
    offerFile(await videos.tables(seen.markings(), format), `mien-video-${stamp()}.zip`);
    const seconds = Math.round(seen.leftOut * 100) / 100;
    setPhrase(byId("video-status"), seconds ? "video.saved-without" : "video.saved", { seconds });
  });
}

/** @param {(videos: import("../answers.js").VideoReader) => Promise<void>} action */
async function attempt(action) {
  try {
    if (engine.videos) await action(engine.videos);
  } catch (error) {
    setText(byId("video-status"), messageOf(error));
  }
}
