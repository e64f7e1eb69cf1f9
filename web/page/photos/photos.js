// The tab for photos of a folder: choose one, let it be read, ask for an expression.

import { byId, element } from "mien-page/elements.js";
import { facePath, labelOf } from "mien-page/labels.js";
import { addPhotos } from "mien-page/photo/photo.js";
import { showTab } from "mien-page/tabs.js";
import { onLanguage } from "mien-page/words/phrases.js";

import { messageOf } from "../../reader/errors.js";
import { engine } from "../engine/here.js";
import { tellFailed } from "./failed.js";
import { walkFiles, walkHandle } from "./folder.js";
import { allFolders, allPhotos, forgetAll, forgetOthers, keepFolder } from "./kept_index.js";
import { put, say } from "./phrases.js";
import { FLOOR, rank } from "./ranking.js";
import { FolderReading } from "./reading.js";
import { Tiles } from "./tiles.js";

/** @import { Found } from "./folder.js" */
/** @import { KeptFolder } from "./kept_index.js" */
/** @import { Progress } from "./reading.js" */

/** While a folder is read, its first photos are shown at once, and then after so many. */
const FIRST = 5;
const EVERY = 10;

/** @type {Map<string, () => Promise<File>>} - by path, of the folders that are open now */
const openers = new Map();
/** @type {FolderReading | null} */
let reading = null;
/** Settles when the reading that is under way has ended. */
let running = Promise.resolve();
let label = "happy";
let showsBelow = false;
/** @type {Tiles} */
let tiles;

/** Tie the tab, and show what is kept of an earlier visit. */
export function startFolder() {
  tiles = new Tiles(
    (path) => openers.get(path),
    (file) => {
      showTab("photo");
      addPhotos([file]);
      byId("tab-photo").focus();
    },
  );
  const input = byId("folder-files", HTMLInputElement);
  const picks = "showDirectoryPicker" in window;
  byId("choose-folder").hidden = !picks;
  byId("folder-files-label").hidden = input.hidden = picks;
  byId("choose-folder").addEventListener("click", choose);
  input.addEventListener("change", () => {
    const found = walkFiles(input.files ?? []);
    input.value = ""; // So that the same folder can be chosen again.
    if (found.name) begin(found.name, null, async () => found);
  });
  byId("folder-pause").addEventListener("click", pause);
  byId("folder-show-below").addEventListener("click", () => {
    showsBelow = !showsBelow;
    show();
  });
  byId("folder-forget").addEventListener("click", forget);
  onLanguage(() => {
    if (!byId("folder-full").hidden) show();
  });
  let shown = false;
  document.addEventListener("tabchange", () => {
    if (shown || byId("folder").hidden) return;
    shown = true;
    showKept();
  });
  if (!byId("folder").hidden) document.dispatchEvent(new Event("tabchange"));
}

async function showKept() {
  try {
    await Promise.all([show(), showFolders()]);
  } catch (error) {
    status("folder.no-index", { why: messageOf(error) });
  }
}

async function choose() {
  try {
    const handle = await window.showDirectoryPicker({ mode: "read", id: "mien-photos" });
    const name = await nameFor(handle);
    await begin(name, handle, () => walkHandle(handle, name));
  } catch (error) {
    // Whoever closes the dialog has changed their mind.
    if (!(error instanceof DOMException && error.name === "AbortError")) status("folder.problem", { why: messageOf(error) });
  }
}

/**
 * What a folder is called here: two may have the same name.
 * @param {FileSystemDirectoryHandle} handle
 */
async function nameFor(handle) {
  const kept = await allFolders();
  for (const { name, handle: other } of kept) if (other && (await handle.isSameEntry(other))) return name;
  const names = new Set(kept.map(({ name }) => name));
  let name = handle.name;
  for (let number = 2; names.has(name); number += 1) name = `${handle.name} (${number})`;
  return name;
}

/**
 * Open a folder of an earlier visit; the browser asks the person whether it may.
 * @param {KeptFolder & { handle: FileSystemDirectoryHandle }} folder
 */
async function openAgain({ name, handle }) {
  if ((await handle.requestPermission({ mode: "read" })) !== "granted") {
    status("folder.refused", { name });
    return;
  }
  await begin(name, handle, () => walkHandle(handle, name));
}

/**
 * Read a folder. One that is being read is left where it is: what was read of it is kept.
 * @param {string} name
 * @param {FileSystemDirectoryHandle | null} handle
 * @param {() => Promise<Found>} look
 */
async function begin(name, handle, look) {
  reading?.end();
  const before = running;
  running = before.then(() => readFolder(name, handle, look));
  await running;
}

/**
 * @param {string} name
 * @param {FileSystemDirectoryHandle | null} handle
 * @param {() => Promise<Found>} look
 */
async function readFolder(name, handle, look) {
  byId("folder-failed").hidden = true;
  status("folder.looking", { name });
  const found = await look();
  const [first] = found.closed;
  if (first?.path === name) {
    status("folder.vanished", { name, why: messageOf(first.error) });
    return;
  }
  for (const { path, open } of found.pictures) openers.set(path, open);
  tiles.renew();
  if (!found.pictures.length) {
    status("folder.none", { name });
    tellFailed(found, []);
    return;
  }
  try {
    await keepFolder({ name, handle });
    const [{ name: model }] = await engine.models();
    const current = new FolderReading(found, model, progressed);
    reading = current;
    status("folder.reading", { name });
    progressed(current.progress);
    byId("folder-progress").hidden = false;
    put(byId("folder-pause"), "folder.pause");
    if (!(await current.run())) return;
    // Folders that could not be looked into are still known.
    if (!found.closed.length) await forgetOthers(name, new Set(found.pictures.map(({ path }) => path)));
    const { failed } = current.progress;
    const count = found.pictures.length;
    const whole = !failed.length && !found.raw.length && !found.closed.length;
    status(whole ? "folder.done" : "folder.done-but", { name, count });
    tellFailed(found, failed);
    await Promise.all([show(), showFolders()]);
  } catch (error) {
    status("folder.problem", { why: messageOf(error) });
  } finally {
    reading = null;
    byId("folder-progress").hidden = true;
  }
}

/** @param {Progress} progress */
function progressed({ total, read, unchanged, failed }) {
  const done = read + unchanged + failed.length;
  const bar = byId("folder-bar", HTMLProgressElement);
  bar.max = total;
  bar.value = done;
  put(byId("folder-words"), "folder.progress", { done, total, read, unchanged });
  const inTime = read <= FIRST || read % EVERY === 0;
  // Nothing moves under the hands of the person.
  if (read && inTime && !tiles.isUsed) show().catch(() => {}); // The reading itself tells what is wrong.
}

function pause() {
  if (!reading) return;
  const paused = !reading.pause;
  reading.setPaused(paused);
  put(byId("folder-pause"), paused ? "folder.go-on" : "folder.pause");
}

async function show() {
  const photos = await allPhotos();
  byId("folder-full").hidden = !photos.length;
  if (!photos.length) {
    tiles.show([], label);
    return;
  }
  showEmotions(Object.keys(photos.find(({ faces }) => faces.length)?.faces[0].probabilities ?? {}));
  const { below } = rank(photos, label, FLOOR);
  const { ranked } = rank(photos, label, showsBelow ? 0 : FLOOR);
  put(byId("folder-count"), ranked.length ? "folder.count" : "folder.count-none", { count: ranked.length });
  byId("folder-below").hidden = !below;
  put(byId("folder-below-words"), "folder.below", { count: below });
  put(byId("folder-show-below"), showsBelow ? "folder.hide-below" : "folder.show-below");
  tiles.show(ranked, label);
}

/** @param {string[]} labels */
function showEmotions(labels) {
  const root = byId("folder-emotions");
  if (labels.length && !labels.includes(label)) [label] = labels;
  if (root.children.length !== labels.length) {
    root.replaceChildren(
      ...labels.map((each) =>
        element(
          "button",
          { "data-label": each, onclick: () => ask(each) },
          element("img", { src: facePath(each), alt: "", width: 24, height: 24 }),
          element("span", {}),
        ),
      ),
    );
  }
  for (const button of root.querySelectorAll("button")) {
    const each = button.dataset["label"] ?? "";
    button.setAttribute("aria-pressed", String(each === label));
    const words = button.querySelector("span");
    if (words) words.textContent = labelOf(each);
  }
  // On a phone they are one row, which is longer than the screen is wide.
  const pressed = root.querySelector("button[aria-pressed=true]");
  if (pressed) {
    const [outer, inner] = [root.getBoundingClientRect(), pressed.getBoundingClientRect()];
    if (inner.left < outer.left || inner.right > outer.right) root.scrollLeft += inner.left - outer.left - outer.width / 3;
  }
}

/** @param {string} wanted */
async function ask(wanted) {
  label = wanted;
  await show();
}

async function showFolders() {
  const folders = await allFolders();
  const root = byId("kept-folders");
  root.replaceChildren();
  for (const { name, handle } of folders) {
    if (!handle) continue;
    const button = element("button", { onclick: () => openAgain({ name, handle }) });
    put(button, "folder.again", { name });
    root.append(button);
  }
}

async function forget() {
  if (!confirm(say("folder.forget-sure"))) return;
  reading?.end();
  await running;
  try {
    await forgetAll();
    openers.clear();
    byId("folder-failed").hidden = true;
    await Promise.all([show(), showFolders()]);
    status("folder.forgotten");
    byId("tab-folder").focus();
  } catch (error) {
    status("folder.problem", { why: messageOf(error) });
  }
}

/**
 * @param {Parameters<typeof put>[1]} key
 * @param {Parameters<typeof put>[2]} [values]
 */
function status(key, values) {
  put(byId("folder-status"), key, values);
}
