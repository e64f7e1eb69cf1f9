// A video in the page: handed over, read, looked at, taken away, forgotten.

import { byId, element, messageOf, setText } from "../elements.js";
import { clockOf } from "../conversation/summary.js";
import { engine } from "../engine/engine.js";
import { setPhrase } from "../words/phrases.js";
import { closeFilm, openFilm, startFilm } from "./film.js";

/** @import { VideoDesk, VideoState } from "../answers.js" */

const LOOK_MS = 500;
const STAY_MS = 60_000;
const MEGABYTE = 1e6;

/** @type {VideoDesk | null} */
const desk = engine.video;
/** @type {{ file: File, cancel: AbortController, key: string } | null} */
let open = null;

/** Tie the tab; there is none where nothing reads videos. */
export function startVideo() {
  if (!desk) return;
  byId("tab-film").hidden = false;
  if (engine.place !== null) setPhrase(byId("video-where"), "video.there", { host: engine.place });
  startFilm(desk);
  const input = byId("video-file", HTMLInputElement);
  const drop = byId("video-drop");
  input.addEventListener("change", () => {
    begin(desk, input.files);
    input.value = "";
  });
  drop.addEventListener("dragover", () => drop.classList.add("over"));
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  byId("film").addEventListener("drop", (event) => {
    drop.classList.remove("over");
    begin(desk, event.dataTransfer?.files ?? null);
  });
  byId("video-cancel").addEventListener("click", () => end("video.cancelled"));
  byId("video-close").addEventListener("click", () => end("video.closed"));
  addEventListener("pagehide", forget);
}

/**
 * @param {VideoDesk} reader
 * @param {FileList | null} files
 */
async function begin(reader, files) {
  const file = files?.[0];
  if (!file || open) return;
  const mine = { file, cancel: new AbortController(), key: "" };
  open = mine;
  byId("video-drop").hidden = true;
  byId("video-progress").hidden = false;
  const onSent = (/** @type {number} */ sent) => {
    if (open !== mine) return;
    const [done, size] = [sent, file.size].map((bytes) => Math.ceil(bytes / MEGABYTE));
    showProgress(sent / Math.max(1, file.size));
    setPhrase(byId("video-status"), "video.sending", { name: file.name, done, size });
  };
  onSent(0);
  byId("video-cancel").focus();
  try {
    let state = await reader.open(file, onSent, mine.cancel.signal);
    mine.key = state.key;
    // Cancelled when the last byte had gone.
    if (open !== mine) reader.forget(state.key);
    while (open === mine && state.state === "reading") {
      showReading(state);
      await new Promise((done) => setTimeout(done, LOOK_MS));
      if (open === mine) state = await reader.state(state.key);
    }
    if (open !== mine) return;
    if (state.error) throw new Error([state.error.what, state.error.hint].filter(Boolean).join("; "));
    await show(state, file);
    stay(reader, mine);
  } catch (error) {
    if (open !== mine) return;
    forget();
    showStart();
    setText(byId("video-status"), `${file.name}: ${messageOf(error)}`);
  }
}

/**
 * @param {VideoState} state
 * @param {File} file
 */
async function show(state, file) {
  byId("video-progress").hidden = true;
  byId("video-read").hidden = false;
  const people = await openFilm(state, file);
  const status = byId("video-status");
  if (people) setPhrase(status, "video.done", { count: people });
  else setPhrase(status, "video.nobody");
  if (state.losses.length > 0) {
    status.append(" ", element("span", { phrase: "video.lost", values: { what: state.losses.join("; ") } }));
  }
  byId("film-at").focus();
}

/** @param {VideoState} state */
function showReading({ name, at, seconds }) {
  showProgress(seconds ? at / seconds : null);
  const values = { name, at: clockOf(at) };
  const status = byId("video-status");
  if (seconds) setPhrase(status, "video.reading", { ...values, length: clockOf(seconds) });
  else setPhrase(status, "video.reading-on", values);
}

/** @param {number | null} share - null when nobody knows */
function showProgress(share) {
  const bar = byId("video-done", HTMLProgressElement);
  if (share === null) bar.removeAttribute("value");
  else bar.value = Math.min(1, share);
}

/**
 * Tell the server that the page is still there, for as long as it is.
 * @param {VideoDesk} reader
 * @param {NonNullable<typeof open>} mine
 */
async function stay(reader, mine) {
  while (open === mine) {
    await new Promise((done) => setTimeout(done, STAY_MS));
    // What fails is told when something is asked for.
    if (open === mine) await reader.state(mine.key).catch(() => null);
  }
}

/** @param {"video.cancelled" | "video.closed"} words */
function end(words) {
  open?.cancel.abort();
  forget();
  showStart();
  setPhrase(byId("video-status"), words);
}

function showStart() {
  closeFilm();
  byId("video-drop").hidden = false;
  byId("video-progress").hidden = true;
  byId("video-read").hidden = true;
  byId("video-file").focus();
}

function forget() {
  if (open?.key) desk?.forget(open.key);
  open = null;
}
