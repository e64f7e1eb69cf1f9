// The faces of a video or a camera, frame by frame, with who is who.

import { areaOf } from "./detection/detection.js";
import { makeTrack, rounded } from "./frame.js";
import { SignsOverTime } from "./signs/signs_over_time.js";
import { follow, greyForFlow } from "./tracking/flow.js";
import { smooth } from "./tracking/smooth.js";
import { Tracker } from "./tracking/tracker.js";

/** @import { Detection } from "./detection/detection.js" */
/** @import { Engine } from "./engine.js" */
/** @import { Pixels } from "./pixels/pixels.js" */
/** @import { Grey } from "./tracking/flow.js" */
/** @import { Smoothed } from "./tracking/smooth.js" */
/** @import { TrackedFace } from "./tracking/tracker.js" */
/** @import { Frame } from "./types.js" */

export const SMOOTH_SECONDS = 0.6;

/** Faces are looked for in every so many frames, and followed between. */
export const DETECT_EVERY = 3;

/** Seconds after which faces are looked for again, however few frames have come since. */
const LONGEST_WITHOUT = 0.25;

/**
 * Seconds before which they are not looked for again, at the usual `DETECT_EVERY`: of more than some
 * thirty frames a second, each moves a face less, and flow follows it over more of them.
 */
const SHORTEST_BETWEEN = 0.09;

/** After so many frames faces are looked for in any case. */
const MOST_FRAMES = 3 * DETECT_EVERY;

export class Stream {
  /**
   * Reads the frames of one video, or of one camera, in order.
   * @param {Engine} engine
   * @param {{ smoothSeconds?: number, detectEvery?: number }} [options]
   */
  constructor(engine, { smoothSeconds = SMOOTH_SECONDS, detectEvery = DETECT_EVERY } = {}) {
    this.engine = engine;
    this.detector = engine.makeBlazeFace(true);
    this.tracker = new Tracker(this.detector.sureScore);
    this.smoothSeconds = smoothSeconds;
    this.detectEvery = detectEvery;
    this.sinceDetection = 0;
    /** @type {number | null} */
    this.detectedAt = null;
    /** @type {Grey | null} */
    this.grey = null;
    /** @type {Map<number, Smoothed>} */
    this.smoothed = new Map();
    this.signs = new SignsOverTime();
    /** @type {number | null} */
    this.time = null;
    /** @type {{ width: number, height: number } | null} */
    this.size = null;
  }

  /**
   * The same people, read by another engine from now on.
   * @param {Engine} engine
   */
  goOnWith(engine) {
    this.engine = engine;
    this.detector = engine.makeBlazeFace(true);
  }

  /** Begin another scene: all people are forgotten, and their numbers are not given again. */
  reset() {
    this.tracker.clear();
    this.smoothed.clear();
    this.signs = new SignsOverTime();
    this.detectedAt = this.time = this.size = this.grey = null;
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
    const tracked = await this.track(pixels, time);
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
    const known = this.tracker.ids;
    const { signs: reader } = this.engine.networks;
    if (signs && reader) await this.signs.tell(reader, pixels, tracked, faces, time);
    for (const id of this.smoothed.keys()) if (!known.has(id)) this.smoothed.delete(id);
    this.signs.forgetOthers(known);
    return this.engine.frame(pixels, faces, { path, detector: this.detector.name, time: rounded(time, 6) });
  }

  /**
   * Whether faces are to be looked for, and not only followed.
   * @param {number} time
   */
  isDue(time) {
    if (this.detectedAt === null || time - this.detectedAt >= LONGEST_WITHOUT) return true;
    if (this.sinceDetection < this.detectEvery) return false;
    const unusual = this.detectEvery !== DETECT_EVERY || this.sinceDetection >= MOST_FRAMES;
    return unusual || time - this.detectedAt >= SHORTEST_BETWEEN;
  }

  /**
   * @param {Pixels} pixels
   * @param {number} time
   * @returns {Promise<TrackedFace[]>}
   */
  async track(pixels, time) {
    this.sinceDetection += 1;
    if (this.isDue(time)) {
      this.sinceDetection = 0;
      this.detectedAt = time;
      const tracked = this.tracker.update(await this.detector.detect(pixels), time);
      this.grey = tracked.length && this.detectEvery > 1 ? greyForFlow(pixels) : null;
      return tracked;
    }
    const { width, height } = pixels;
    return this.tracker.carry(time, this.followed(pixels)).filter(({ detection: { xyxy } }) => {
      const [x, y] = [(xyxy[0] + xyxy[2]) / 2, (xyxy[1] + xyxy[3]) / 2];
      return x >= 0 && x < width && y >= 0 && y < height;
    });
  }

  /**
   * The faces of the frame before that can be followed into this one, by track.
   * @param {Pixels} pixels
   * @returns {Map<number, Detection>}
   */
  followed(pixels) {
    /** @type {Map<number, Detection>} */
    const found = new Map();
    const before = this.grey;
    const { places } = this.tracker;
    if (!before || !places.size) return found;
    const now = greyForFlow(pixels);
    const [one, other] = [before.levels[0], now.levels[0]];
    if (one.width !== other.width || one.height !== other.height) return found;
    for (const [id, place] of places) {
      const moved = follow(before, now, place);
      if (moved) found.set(id, moved);
    }
    this.grey = now;
    return found;
  }
}
