// Following faces from frame to frame: ByteTrack (Zhang et al. 2022), with times in seconds.

import { associate } from "./association.js";
import { begin, boxOf, predict, resize, update } from "./kalman.js";

/** @import { Box, Detection } from "../detection/detection.js" */
/** @import { BoxState } from "./kalman.js" */

/** How long a face that is not found any more keeps its track. */
const KEPT_SECONDS = 1;

/** After a longer pause between two frames nobody is taken for somebody from before. */
const PAUSE_SECONDS = 10;

/** A second after a face was found, its box is compared as if it were larger by this many of its
 * own sides on every side: it may have slowed down or turned. */
const DOUBT_A_SECOND = 0.6;

/** Boxes with a lower score are believed less, with a standard deviation that grows with the square
 * of this over the score (after Du et al. 2021, "NSA Kalman"). */
const CLEAR_SCORE = 0.85;

/**
 * A face in a frame, and whose it is.
 * @typedef {object} TrackedFace
 * @property {number} id - of the track, from 1
 * @property {number} since - time of the track's first frame
 * @property {Detection} detection - as detected in this very frame, or moved on
 * @property {boolean} detected - which of the two
 */

/**
 * @typedef {object} Track
 * @property {number} id
 * @property {number} since
 * @property {BoxState} state - at the time `at`, when the face lay as in `place`
 * @property {number} at
 * @property {Detection} place
 * @property {number} detectedAt
 * @property {boolean} lost
 */

export class Tracker {
  /** @param {number} sure - score from which a detection may begin a track */
  constructor(sure) {
    this.sure = sure;
    /** @type {Track[]} */
    this.tracks = [];
    this.lastId = 0;
  }

  /** Numbers of the tracks that are followed or waited for. */
  get ids() {
    return new Set(this.tracks.map(({ id }) => id));
  }

  /** Where the faces of the last frame were, by track. */
  get places() {
    return new Map(this.tracks.filter(({ lost }) => !lost).map(({ id, place }) => [id, place]));
  }

  /**
   * Take in the detections of a frame.
   * @param {readonly Detection[]} detections
   * @param {number} time - in seconds; never before the last one
   * @returns {TrackedFace[]}
   */
  update(detections, time) {
    this.dropOld(time);
    const expected = this.tracks.map((track) => ({
      // The filter is slow to notice a turn; who turns is still near the last place.
      guesses: [expectedBox(track, time), track.place.xyxy],
      seen: !track.lost,
      margin: DOUBT_A_SECOND * Math.min(time - track.at, KEPT_SECONDS),
    }));
    const boxes = detections.map(({ xyxy }) => xyxy);
    const { pairs, fresh } = associate(expected, boxes, detections.map(({ score }) => score >= this.sure));
    for (const track of this.tracks) track.lost = true;
    for (const [at, found] of pairs) {
      const track = this.tracks[at];
      put(track, detections[found], time);
      Object.assign(track, { detectedAt: time, lost: false });
    }
    for (const at of fresh) {
      this.lastId += 1;
      const place = detections[at];
      const state = begin(place.xyxy);
      this.tracks.push({ id: this.lastId, since: time, state, at: time, place, detectedAt: time, lost: false });
    }
    return this.visible(true);
  }

  /**
   * Where the faces that were found the last time are in a frame without detections.
   * @param {number} time
   * @param {ReadonlyMap<number, Detection>} followed - by track, faces whose place is known
   *   otherwise; the others are where the filter expects them
   * @returns {TrackedFace[]}
   */
  carry(time, followed) {
    this.dropOld(time);
    for (const track of this.tracks) {
      if (track.lost) continue;
      const place = followed.get(track.id);
      if (place) {
        put(track, place, time);
        continue;
      }
      const moved = expectedPlace(track, time);
      track.state = predict(track.state, Math.max(0, time - track.at));
      Object.assign(track, { place: moved, at: time });
    }
    return this.visible(false);
  }

  /**
   * Go on in a picture that is `across` times as wide and `down` times as high.
   * @param {number} across
   * @param {number} down
   */
  rescale(across, down) {
    for (const track of this.tracks) {
      track.state = resize(track.state, across, down);
      const [left, top, right, bottom] = track.place.xyxy;
      track.place = {
        ...track.place,
        xyxy: [left * across, top * down, right * across, bottom * down],
        landmarks: track.place.landmarks.map(([x, y]) => [x * across, y * down]),
      };
    }
  }

  /** Forget all tracks. Their numbers are not given again. */
  clear() {
    this.tracks = [];
  }

  /**
   * @param {boolean} detected
   * @returns {TrackedFace[]}
   */
  visible(detected) {
    return this.tracks
      .filter(({ lost }) => !lost)
      .map(({ id, since, place }) => ({ id, since, detection: place, detected }));
  }

  /**
   * Drop what was looked for in vain for long enough, and everything after a long pause.
   * @param {number} time
   */
  dropOld(time) {
    this.tracks = this.tracks.filter(
      ({ detectedAt, lost }) => time - detectedAt <= (lost ? KEPT_SECONDS : PAUSE_SECONDS),
    );
  }
}

/**
 * @param {Track} track
 * @param {Detection} place
 * @param {number} time
 */
function put(track, place, time) {
  const now = predict(track.state, Math.max(0, time - track.at));
  const doubt = Math.max(1, CLEAR_SCORE / Math.max(place.score, 1e-3)) ** 2;
  Object.assign(track, { state: update(now, place.xyxy, doubt), place, at: time });
}

/**
 * Where the face should be; nobody goes straight on for longer than a second.
 * @param {Track} track
 * @param {number} time
 * @returns {Box}
 */
function expectedBox(track, time) {
  return boxOf(predict(track.state, Math.min(Math.max(0, time - track.at), KEPT_SECONDS)));
}

/**
 * The face as it lay, moved and grown as the filter expects of its box.
 * @param {Track} track
 * @param {number} time
 * @returns {Detection}
 */
function expectedPlace(track, time) {
  const before = boxOf(track.state);
  const now = expectedBox(track, time);
  const growth = (now[3] - now[1]) / (before[3] - before[1]);
  const [x0, y0] = [(before[0] + before[2]) / 2, (before[1] + before[3]) / 2];
  const [x1, y1] = [(now[0] + now[2]) / 2, (now[1] + now[3]) / 2];
  return moved(track.place, (x, y) => [x1 + growth * (x - x0), y1 + growth * (y - y0)]);
}

/**
 * A face with all its places moved.
 * @param {Detection} place
 * @param {(x: number, y: number) => [number, number]} move
 * @returns {Detection}
 */
export function moved(place, move) {
  const [left, top, right, bottom] = place.xyxy;
  return {
    xyxy: [...move(left, top), ...move(right, bottom)],
    score: place.score,
    landmarks: place.landmarks.map(([x, y]) => move(x, y)),
  };
}
