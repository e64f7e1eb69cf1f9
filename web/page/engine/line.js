// A stream of live pictures to the reader of this page.

import { ReaderError, messageOf } from "../../reader/errors.js";

/** @import { Reader, Stream } from "../../reader/index.js" */
/** @import { LiveLine, LiveListener } from "../../../src/mien/server/page/scripts/answers.js" */

/** While one is read, the next one is on its way. */
const MOST_WAITING = 2;

/** @implements {LiveLine} */
export class Line {
  /**
   * @param {LiveListener} on - what to call
   * @param {() => Promise<Reader>} openReader
   */
  constructor(on, openReader) {
    this.on = on;
    this.openReader = openReader;
    /** @type {Stream | null} */
    this.stream = null;
    this.waiting = 0;
    this.wanted = false;
    this.signs = false;
  }

  /** @param {boolean} signs */
  askForSigns(signs) {
    this.signs = signs;
  }

  open() {
    this.wanted = true;
    this.retry();
  }

  close() {
    this.wanted = false;
    this.stream?.end().catch(() => {}); // The reader is gone, and with it the stream.
    this.stream = null;
  }

  async retry() {
    if (!this.wanted || this.stream) return;
    try {
      const reader = await this.openReader();
      if (!this.wanted || this.stream) return;
      this.stream = reader.follow();
      this.on.state(true);
    } catch (error) {
      this.tell(error);
      this.on.state(false);
    }
  }

  get idle() {
    return this.stream !== null && this.waiting < MOST_WAITING;
  }

  /**
   * @param {HTMLCanvasElement} picture
   * @param {number} taken
   */
  async send(picture, taken) {
    const { stream } = this;
    if (!stream) return;
    this.waiting += 1;
    try {
      const frame = await stream.read(picture, taken / 1000, { signs: this.signs });
      if (this.stream === stream) this.on.frame({ type: "frame", sent: taken, frame });
    } catch (error) {
      if (this.stream === stream) this.tell(error);
    } finally {
      this.waiting -= 1;
    }
  }

  /** @param {unknown} error */
  tell(error) {
    const what = messageOf(error);
    this.on.problem(error instanceof ReaderError ? { what, hint: null } : { what });
  }
}
