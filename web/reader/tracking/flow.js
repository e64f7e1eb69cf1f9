// Where faces have moved from one frame to the next, by the optical flow inside their boxes.

import { greyOf, roundHalfEven } from "../pixels/pixels.js";
import { shrink } from "../pixels/resize.js";
import { followPoint } from "./optical_flow.js";
import { pyramidOf } from "./pyramid.js";
import { moved } from "./tracker.js";

/** @import { Box, Detection } from "../detection/detection.js" */
/** @import { Pixels } from "../pixels/pixels.js" */
/** @import { Level } from "./pyramid.js" */

/** Longest side in pixels of the grey copies that are compared. */
const GREY_SIDE = 640;

/** A grid of points in the middle of the box: its edge shows hair and background. */
const GRID = 6;
const INSET = 0.15;

/** Pixels by which a point, followed forth and back, may miss where it came from (Kalal et al. 2010,
 * "Forward-backward error"). */
const RETURN = 1;

/** Share of points that must have been followed well; else the face is hidden or too fast. */
const LEAST_SHARE = 0.4;

/**
 * What `follow` compares of a frame: its grey copy in several sizes, and that copy's scale.
 * @typedef {{ levels: Level[], scale: number }} Grey
 */

/**
 * @param {Pixels} pixels
 * @returns {Grey}
 */
export function greyForFlow(pixels) {
  const scale = Math.min(1, GREY_SIDE / Math.max(pixels.width, pixels.height));
  if (scale === 1) return { levels: pyramidOf(greyOf(pixels)), scale };
  const width = Math.max(1, roundHalfEven(pixels.width * scale));
  const height = Math.max(1, roundHalfEven(pixels.height * scale));
  return { levels: pyramidOf(greyOf(shrink(pixels, width, height))), scale: width / pixels.width };
}

/**
 * Move a face as the pixels inside its box have moved: the median shift of a grid of points moves
 * it, the median change of their distances resizes it (Kalal et al. 2010, "Median flow").
 * @param {Grey} before
 * @param {Grey} now - of a frame of the same size
 * @param {Detection} detection - where the face was, in pixels of the frame
 * @returns {Detection | null} null for a face that could not be followed
 */
export function follow(before, now, detection) {
  const { scale } = before;
  /** @type {{ from: [number, number], to: [number, number] }[]} */
  const pairs = [];
  for (const [x, y] of gridOf(detection.xyxy)) {
    const [fromX, fromY] = [Math.fround(x * scale), Math.fround(y * scale)];
    const there = followPoint(before.levels, now.levels, fromX, fromY);
    if (!there.found) continue;
    const back = followPoint(now.levels, before.levels, there.x, there.y);
    const missed = Math.max(Math.abs(back.x - fromX), Math.abs(back.y - fromY));
    if (!back.found || missed > RETURN) continue;
    pairs.push({ from: [fromX / scale, fromY / scale], to: [there.x / scale, there.y / scale] });
  }
  if (pairs.length < LEAST_SHARE * GRID * GRID) return null;
  const shift = [0, 1].map((axis) => median(pairs.map(({ from, to }) => to[axis] - from[axis])));
  const centre = [0, 1].map((axis) => median(pairs.map(({ from }) => from[axis])));
  const distances = pairs.map(({ from, to }) => ({
    before: Math.hypot(from[0] - centre[0], from[1] - centre[1]),
    after: Math.hypot(to[0] - centre[0] - shift[0], to[1] - centre[1] - shift[1]),
  }));
  // Near the middle a pixel's error is a large ratio.
  const far = median(distances.map((each) => each.before)) / 2;
  const ratios = distances.filter((each) => each.before > far).map((each) => each.after / each.before);
  const growth = Math.max(0.8, Math.min(1.25, median(ratios)));
  return moved(detection, (x, y) => [
    centre[0] + shift[0] + growth * (x - centre[0]),
    centre[1] + shift[1] + growth * (y - centre[1]),
  ]);
}

/**
 * @param {Box} box
 * @returns {[number, number][]}
 */
function gridOf([left, top, right, bottom]) {
  const [x, y] = [INSET * (right - left), INSET * (bottom - top)];
  const wide = (right - left - 2 * x) / (GRID - 1);
  const high = (bottom - top - 2 * y) / (GRID - 1);
  return Array.from({ length: GRID * GRID }, (_, at) => [
    left + x + wide * (at % GRID),
    top + y + high * Math.floor(at / GRID),
  ]);
}

/** @param {number[]} values */
function median(values) {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
