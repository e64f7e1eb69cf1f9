// Reads the photos of a folder, one after the other, and keeps what was read.

import { ReaderError, messageOf } from "../../reader/errors.js";
import { engine } from "../engine/here.js";
import { needsInstalled } from "./folder.js";
import { keepPhoto, photoAt } from "./kept_index.js";

/** @import { Found, Picture } from "./folder.js" */

/**
 * @typedef {object} Progress
 * @property {number} total
 * @property {number} read
 * @property {number} unchanged
 * @property {{ path: string, why: string, installed: boolean }[]} failed - what could not be read;
 *   `installed`: the installed Mien opens such files
 */

/** One way through a folder. It can be paused, and be ended before its end. */
export class FolderReading {
  /**
   * @param {Found} found
   * @param {string} model - name of the model that reads
   * @param {(progress: Progress) => void} onProgress - after every photo
   */
  constructor(found, model, onProgress) {
    this.found = found;
    this.model = model;
    this.onProgress = onProgress;
    /** @type {Progress} */
    this.progress = { total: found.pictures.length, read: 0, unchanged: 0, failed: [] };
    this.ended = false;
    /** @type {Promise<void> | null} */
    this.pause = null;
    this.goOn = () => {};
  }

  /**
   * @returns {Promise<boolean>} whether it came to the end
   * @throws {Error} if nothing can be read at all, or nothing be kept
   */
  async run() {
    for (const picture of this.found.pictures) {
      await this.pause;
      if (this.ended) return false;
      await this.readOne(picture);
      this.onProgress(this.progress);
    }
    return !this.ended;
  }

  /** @param {boolean} paused */
  setPaused(paused) {
    if (!paused) {
      this.pause = null;
      this.goOn();
    } else if (!this.pause) {
      const { promise, resolve } = withResolvers();
      this.pause = promise;
      this.goOn = resolve;
    }
  }

  end() {
    this.ended = true;
    this.setPaused(false);
  }

  /** @param {Picture} picture */
  async readOne({ path, open }) {
    const { progress, model } = this;
    /** @type {File} */
    let file;
    let frame;
    try {
      file = await open();
    } catch (error) {
      progress.failed.push({ path, why: messageOf(error), installed: false });
      return;
    }
    const { size, lastModified: modified } = file;
    const known = await photoAt(path);
    if (known && known.size === size && known.modified === modified && known.model === model) {
      progress.unchanged += 1;
      return;
    }
    try {
      frame = await engine.readFaces(file);
    } catch (error) {
      // A file of Mien's own is missing: no other photo can be read either.
      if (error instanceof ReaderError && error.where) throw error;
      const why = error instanceof ReaderError ? error.what : messageOf(error);
      progress.failed.push({ path, why, installed: needsInstalled(path) });
      return;
    }
    if (this.ended) return; // What was forgotten meanwhile must not come back.
    const { width, height } = frame;
    const faces = frame.faces.map(({ xyxy: box, probabilities, label, unsure }) => ({ box, probabilities, label, unsure }));
    await keepPhoto({ path, size, modified, model, width, height, faces });
    progress.read += 1;
  }
}

function withResolvers() {
  /** @type {() => void} */
  let resolve = () => {};
  /** @type {Promise<void>} */
  const promise = new Promise((done) => (resolve = done));
  return { promise, resolve };
}
