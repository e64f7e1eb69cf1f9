// What was read of photos, kept in this browser's IndexedDB: numbers and words, and no picture.

/** @import { Probabilities, Box } from "../../../src/mien/server/page/scripts/answers.js" */

/**
 * @typedef {object} KeptFace
 * @property {Box} box - in pixels of the upright picture
 * @property {Probabilities} probabilities
 * @property {string} label - what it shows by its own word; "unsure" where the model is
 * @property {boolean} unsure
 */

/**
 * A photo that was read. It is read again if its size, its date or the model differs.
 * @typedef {object} KeptPhoto
 * @property {string} path - begins with the folder's name
 * @property {number} size - bytes
 * @property {number} modified - milliseconds since 1970
 * @property {string} model
 * @property {number} width
 * @property {number} height
 * @property {KeptFace[]} faces
 */

/**
 * A folder that was read. Its handle opens it again at the next visit; null where the browser has none.
 * @typedef {{ name: string, handle: FileSystemDirectoryHandle | null }} KeptFolder
 */

const NAME = "mien-photos";
const VERSION = 1;

/** @type {Promise<IDBDatabase> | null} */
let opening = null;

/** @param {string} path */
export async function photoAt(path) {
  /** @type {KeptPhoto | undefined} */
  const found = await answer((await store("photos")).get(path));
  return found;
}

/** @returns {Promise<KeptPhoto[]>} */
export async function allPhotos() {
  return answer((await store("photos")).getAll());
}

/** @param {KeptPhoto} photo */
export async function keepPhoto(photo) {
  await answer((await store("photos", "readwrite")).put(photo));
}

/**
 * Forget what was read of photos that are no longer in a folder.
 * @param {string} folder
 * @param {Set<string>} there - paths
 */
export async function forgetOthers(folder, there) {
  const photos = await store("photos", "readwrite");
  const below = IDBKeyRange.bound(`${folder}/`, `${folder}0`, false, true); // "0" follows "/".
  for (const path of await answer(photos.getAllKeys(below))) {
    if (!there.has(String(path))) photos.delete(path);
  }
}

/** @returns {Promise<KeptFolder[]>} */
export async function allFolders() {
  return answer((await store("folders")).getAll());
}

/** @param {KeptFolder} folder */
export async function keepFolder(folder) {
  await answer((await store("folders", "readwrite")).put(folder));
}

/** Erase all that was kept. */
export async function forgetAll() {
  const database = await (opening ?? open());
  database.close();
  opening = null;
  await answer(indexedDB.deleteDatabase(NAME));
}

/**
 * @param {"photos" | "folders"} name
 * @param {IDBTransactionMode} [mode]
 */
async function store(name, mode = "readonly") {
  opening ??= open().catch((error) => {
    opening = null;
    throw error;
  });
  return (await opening).transaction(name, mode).objectStore(name);
}

async function open() {
  const asked = indexedDB.open(NAME, VERSION);
  asked.onupgradeneeded = () => {
    asked.result.createObjectStore("photos", { keyPath: "path" });
    asked.result.createObjectStore("folders", { keyPath: "name" });
  };
  const database = await answer(asked);
  const gone = () => (opening = null);
  database.onclose = gone;
  // Another tab of this page forgets everything.
  database.onversionchange = () => {
    database.close();
    gone();
  };
  return database;
}

/**
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
function answer(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
