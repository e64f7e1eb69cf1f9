// A line for the camera's pictures that only gets numbers back.

/** @import { LiveLine, Watched } from "../answers.js" */

const QUALITY = 0.8;

/** @implements {LiveLine} */
export class WatchLine {
  /**
   * @param {(picture: Blob) => Promise<Watched>} look
   * @param {(watched: Watched) => void} heard
   * @param {(error: unknown) => void} failed - then nothing more is sent, until `retry`
   */
  constructor(look, heard, failed) {
    this.look = look;
    this.heard = heard;
    this.failed = failed;
    this.wanted = false;
    this.busy = false;
  }

  open() {
    this.wanted = true;
  }

  close() {
    this.wanted = false;
  }

  retry() {
    this.wanted = true;
  }

  get idle() {
    return this.wanted && !this.busy;
  }

  askForSigns() {
    // They are always measured.
  }

  /** @param {HTMLCanvasElement} picture */
  send(picture) {
    this.busy = true;
    picture.toBlob((jpeg) => this.sendJpeg(jpeg), "image/jpeg", QUALITY);
  }

  /** @param {Blob | null} jpeg */
  async sendJpeg(jpeg) {
    try {
      if (!jpeg || !this.wanted) return;
      const watched = await this.look(jpeg);
      if (this.wanted) this.heard(watched);
    } catch (error) {
      const told = this.wanted;
      this.wanted = false;
      if (told) this.failed(error);
    } finally {
      this.busy = false;
    }
  }
}
