// Mien's reader: faces and what they express, in the browser, with nothing leaving it.
//
//   const reader = await createReader();
//   const frame = await reader.read(photoOrVideo);
//
// A frame is `mien.frame/2`, the same JSON as in Python: docs/schema.md.

import { ReaderError } from "./errors.js";

/** @import { ModelCard } from "./card.js" */
/** @import { Asked, Opened } from "./messages.js" */
/** @import { Device, Frame } from "./types.js" */

export { ReaderError };

/**
 * @typedef {object} ReaderOptions
 * @property {string | URL} [folder] - where `worker.js`, `models/` and `runtime/` lie; the folder of
 *   this file where it is not given. On the page's own server
 * @property {"small" | "default"} [model] - the expression model: small and fast, or the better one
 * @property {string} [reading] - how its outputs become what is shown: `"everyday"` where it is not
 *   given, `"fer2013"` or `"balanced"`
 * @property {"centerface" | "blazeface"} [detector] - what finds faces in photos: as in Python, small
 *   faces, too (7 MB more, fetched with the first photo), or faster. Videos always take BlazeFace
 * @property {"auto" | Device} [device] - `"auto"` takes WebGPU where it is there, and WASM otherwise
 * @property {number} [threads] - most threads of WASM; more than one only in pages that are
 *   cross-origin isolated
 * @property {number} [leastFace] - shortest side in pixels of a face's box, 16 where it is not given
 * @property {number} [smoothSeconds] - time constant of smoothing in videos, 0.6; 0 does not smooth
 */

/** @typedef {HTMLImageElement | HTMLCanvasElement | OffscreenCanvas | ImageBitmap | ImageData | Blob} Photo */
/** @typedef {HTMLVideoElement | VideoFrame} Moving */

/**
 * @typedef {object} ReadOptions
 * @property {string | null} [path] - what the picture is called, for the answer
 * @property {boolean} [signs] - whether to say what is visible in each face, too
 * @property {boolean} [explain] - whether to say where in each face is what speaks for a word
 */

/**
 * Open a reader: fetches a few megabytes the first time.
 * @param {ReaderOptions} [options]
 * @returns {Promise<Reader>}
 * @throws {ReaderError} if a file is missing or damaged, or the browser too old
 */
export async function createReader(options = {}) {
  if (typeof Worker === "undefined" || typeof OffscreenCanvas === "undefined") {
    throw new ReaderError("this browser is too old to read faces", { hint: "update it, or use another one" });
  }
  const folder = new URL(options.folder ?? "./", options.folder ? document.baseURI : import.meta.url);
  const { model = "small", reading, detector = "centerface", device = "auto" } = options;
  const { threads, leastFace, smoothSeconds = 0.6 } = options;
  const line = new WorkerLine(new URL("worker.js", folder));
  try {
    const href = folder.href;
    const given = { folder: href, model, reading, detector, device, threads, leastFace, smoothSeconds };
    const opened = await line.ask("open", given);
    return new Reader(line, opened);
  } catch (error) {
    line.close();
    throw error;
  }
}

export class Reader {
  /** @type {WorkerLine} */
  #line;
  /** @type {WeakMap<object, Stream>} */
  #videos = new WeakMap();

  /**
   * @param {WorkerLine} line
   * @param {Opened} opened
   */
  constructor(line, opened) {
    this.#line = line;
    /** The card of the expression model.
     * @type {ModelCard} */
    this.card = opened.card;
    /** Where the networks run.
     * @type {Device} */
    this.device = opened.device;
    /** Threads of WASM.
     * @type {number} */
    this.threads = opened.threads;
  }

  /**
   * Read a picture. A playing `<video>` is followed: its faces have `track`, and what they express is
   * smoothed over time.
   * @param {Photo | HTMLVideoElement} source
   * @param {ReadOptions} [options]
   * @returns {Promise<Frame>} faces largest first; none when none was found
   */
  async read(source, options = {}) {
    if (source instanceof HTMLVideoElement) {
      const stream = this.#videos.get(source) ?? this.follow();
      this.#videos.set(source, stream);
      return stream.read(source, source.srcObject ? performance.now() / 1000 : source.currentTime, options);
    }
    return ask(this.#line, source, options, null, 0);
  }

  /** A stream of pictures, in which who is who is followed. */
  follow() {
    return new Stream(this.#line);
  }

  /** Let everything go. */
  close() {
    this.#line.close();
  }
}

let streams = 0;

export class Stream {
  /** @type {WorkerLine} */
  #line;
  /** @type {number} */
  #number;

  /** @param {WorkerLine} line */
  constructor(line) {
    this.#line = line;
    streams += 1;
    this.#number = streams;
  }

  /**
   * Read the next picture.
   * @param {Photo | Moving} source
   * @param {number} time - in seconds, on any clock; an earlier one than the last begins another scene
   * @param {ReadOptions} [options]
   * @returns {Promise<Frame>} faces largest first, each with `track`
   */
  read(source, time, options = {}) {
    return ask(this.#line, source, options, this.#number, time);
  }

  /** Forget everybody.
   * @returns {Promise<void>} */
  end() {
    return this.#line.ask("end", this.#number);
  }
}

/**
 * @param {WorkerLine} line
 * @param {Photo | Moving} source
 * @param {ReadOptions} options
 * @param {number | null} stream
 * @param {number} time
 * @returns {Promise<Frame>}
 */
async function ask(line, source, { path = null, signs = false, explain = false }, stream, time) {
  const given = await portable(source);
  const transfer = given instanceof ImageBitmap ? [given] : [];
  return line.ask("read", { source: given, path, signs, explain, stream, time }, transfer);
}

/**
 * What can be given to a worker.
 * @param {Photo | Moving} source
 * @returns {Promise<ImageBitmap | ImageData | Blob>}
 */
async function portable(source) {
  if (source instanceof Blob || source instanceof ImageData) return source;
  if (source instanceof HTMLImageElement && !source.complete) await source.decode();
  try {
    return await createImageBitmap(source);
  } catch {
    throw new ReaderError("the picture can’t be read", {
      hint: "it has not been loaded yet, or comes from another server that does not allow it",
    });
  }
}

/** @typedef {{ resolve: (answer: any) => void, reject: (error: Error) => void }} Waiting */

/** The line to the worker. */
class WorkerLine {
  /** @param {URL} address */
  constructor(address) {
    /** @type {Map<number, Waiting>} */
    this.waiting = new Map();
    this.asked = 0;
    this.worker = new Worker(address, { type: "module", name: "mien-reader" });
    this.worker.onmessage = ({ data: { id, answer, error } }) => {
      const waiting = this.waiting.get(id);
      this.waiting.delete(id);
      if (error) waiting?.reject(new ReaderError(error.what, error));
      else waiting?.resolve(answer);
    };
    this.worker.onerror = (event) => {
      event.preventDefault();
      this.fail(`the reader does not start${event.message ? ` (${event.message})` : ""}`);
    };
  }

  /**
   * @template {keyof Asked} Key
   * @param {Key} key
   * @param {Asked[Key][0]} what
   * @param {Transferable[]} [transfer]
   * @returns {Promise<Asked[Key][1]>}
   */
  ask(key, what, transfer = []) {
    this.asked += 1;
    const id = this.asked;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.worker.postMessage({ id, [key]: what }, transfer);
    });
  }

  close() {
    this.worker.terminate();
    this.fail("the reader was closed");
  }

  /** @param {string} what */
  fail(what) {
    for (const { reject } of this.waiting.values()) reject(new ReaderError(what));
    this.waiting.clear();
  }
}
