// A moving picture that is read: shows a stream in a video, sends pictures of it when the engine is idle enough.

import { penOf } from "../elements.js";
import { engine } from "../engine/engine.js";
import { closeCamera } from "./camera.js";
import { isDark } from "./light.js";

/** @import { LiveFrame, LiveLine, LiveListener, Problem } from "../answers.js" */

/**
 * @typedef {object} FeedListener
 * @property {(message: LiveFrame, seconds: number) => void} frame - `seconds` since the start, of the picture
 * @property {(message: Problem) => void} problem
 * @property {(open: boolean) => void} state
 * @property {() => void} ended - the stream was taken away
 */

const SENT_WIDTH = 640;
const BETWEEN_SENT = 33;
const LIGHT_EVERY = 1000;

export class Feed {
  /**
   * @param {HTMLVideoElement} video
   * @param {FeedListener} on
   * @param {(on: LiveListener) => LiveLine} newLine - where pictures go; what reads faces, if not told
   */
  constructor(video, on, newLine = engine.newLine) {
    this.video = video;
    this.on = on;
    this.sent = document.createElement("canvas");
    this.line = newLine({
      frame: (message) => this.receive(message),
      problem: on.problem,
      state: on.state,
    });
    /** @type {MediaStream | null} */
    this.stream = null;
    this.started = 0;
    this.answeredAt = 0;
    this.lastSent = 0;
    this.lastLight = 0;
    this.dark = false;
  }

  /** @param {MediaStream} stream */
  async start(stream) {
    closeCamera(this.stream);
    this.stream = stream;
    for (const track of stream.getVideoTracks()) track.onended = () => this.on.ended();
    this.video.srcObject = stream;
    await this.video.play();
    this.started = performance.now();
    this.answeredAt = 0;
    this.line.open();
  }

  stop() {
    closeCamera(this.stream);
    this.stream = null;
    this.line.close();
    this.video.srcObject = null;
  }

  /**
   * The camera is not read where nobody can see that it is.
   * @param {boolean} watched
   */
  watch(watched) {
    for (const track of this.stream?.getVideoTracks() ?? []) track.enabled = watched;
  }

  /**
   * Send what the video shows, if it is time and the engine is idle enough.
   * @param {number} time - of the screen's frame
   */
  pump(time) {
    const { video, sent, line } = this;
    const { videoWidth: width, videoHeight: height } = video;
    if (!this.stream || !width || time - this.lastSent < BETWEEN_SENT - 4 || !line.idle) return;
    const wide = Math.min(SENT_WIDTH, width);
    const high = Math.round((wide * height) / width);
    if (sent.width !== wide || sent.height !== high) Object.assign(sent, { width: wide, height: high });
    penOf(sent, { alpha: false }).drawImage(video, 0, 0, wide, high);
    if (time - this.lastLight > LIGHT_EVERY) {
      this.lastLight = time;
      this.dark = isDark(sent);
    }
    this.lastSent = time;
    line.send(sent, performance.now());
  }

  /** @param {LiveFrame} message */
  receive(message) {
    if (!this.stream || message.sent < this.started) return;
    this.answeredAt = performance.now();
    this.on.frame(message, (message.sent - this.started) / 1000);
  }
}
