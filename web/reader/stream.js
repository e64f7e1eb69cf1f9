// The faces of a video or a camera, frame by frame, with who is who.

import { areaOf } from "./detection/detection.js";
import { makeTrack, rounded } from "./frame.js";
import { smooth } from "./tracking/smooth.js";
import { Tracker } from "./tracking/tracker.js";

/** @import { Engine } from "./engine.js" */
/** @import { Pixels } from "./pixels/pixels.js" */
/** @import { Smoothed } from "./tracking/smooth.js" */
/** @import { Frame } from "./types.js" */

export const SMOOTH_SECONDS = 0.6;

export class Stream {
  /**
   * Reads the frames of one video, or of one camera, in order.
   * @param {Engine} engine
   * @param {{ smoothSeconds?: number }} [options]
   */
  constructor(engine, { smoothSeconds = SMOOTH_SECONDS } = {}) {
    this.engine = engine;
    this.detector = engine.makeDetector(true);
    this.tracker = new Tracker(this.detector.sureScore);
    this.smoothSeconds = smoothSeconds;
    /** @type {Map<number, Smoothed>} */
    this.smoothed = new Map();
    /** @type {number | null} */
    this.time = null;
    /** @type {{ width: number, height: number } | null} */
    this.size = null;
  }

  /** Begin another scene: all people are forgotten, and their numbers are not given again. */
  reset() {
    this.tracker.clear();
    this.smoothed.clear();
    this.time = this.size = null;
  }

  /**
   * Read the next frame.
   * @param {Pixels} pixels - RGB; it may have another size than the frames before
   * @param {number} time - in seconds, on any clock; an earlier one than the last begins another
   *   scene
   * @param {{ signs?: boolean, path?: string | null }} [options]
   * @returns {Promise<Frame>} faces largest first, each with `track`
   */
  async read(pixels, time, { signs = false, path = null } = {}) {
    const { width, height } = pixels;
    if (this.time !== null && time < this.time) this.reset();
    if (this.size && (this.size.width !== width || this.size.height !== height)) {
      this.tracker.rescale(width / this.size.width, height / this.size.height);
    }
    this.time = time;
    this.size = { width, height };
    const tracked = this.tracker.update(await this.detector.detect(pixels), time);
    tracked.sort((one, other) => areaOf(other.detection) - areaOf(one.detection) || one.id - other.id);
    const detections = tracked.map(({ detection }) => detection);
    const { faces, readings } = await this.engine.readFaces(pixels, detections);
    const { labels } = this.engine.how;
    faces.forEach((face, at) => {
      const { id } = tracked[at];
      const state = smooth(this.smoothed.get(id), readings[at], time, this.smoothSeconds, this.engine.how);
      this.smoothed.set(id, state);
      face.track = makeTrack(tracked[at], state, labels);
    });
    if (signs) await this.engine.networks.signs?.tell(pixels, detections, faces);
    const known = this.tracker.ids;
    for (const id of this.smoothed.keys()) if (!known.has(id)) this.smoothed.delete(id);
    return this.engine.frame(pixels, faces, { path, time: rounded(time, 6) });
  }
}
