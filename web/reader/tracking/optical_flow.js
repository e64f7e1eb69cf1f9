// Points followed from one picture to the next: Lucas and Kanade's pyramid (Bouguet 2000), in the
// fixed-point arithmetic of `cv2.calcOpticalFlowPyrLK`.

import { WINDOW } from "./pyramid.js";

/** @import { Level } from "./pyramid.js" */

const HALF = (WINDOW - 1) / 2;
const AREA = WINDOW * WINDOW;
const MOST_STEPS = 30;
const LEAST_STEP = 0.01;
const LEAST_EIGENVALUE = 1e-4;
const SCALE = 2 ** -20;
const WEIGHT_BITS = 14;
const SHIFT = WEIGHT_BITS - 5;
const ROUND = 1 << (SHIFT - 1);
const ROUND_SLOPE = 1 << (WEIGHT_BITS - 1);

// One window of the picture before: grey levels times 32, and slopes.
const grey = new Int32Array(AREA);
const slopeX = new Int32Array(AREA);
const slopeY = new Int32Array(AREA);
const SIDE = WINDOW + 1;
const cornerX = new Int32Array(SIDE * SIDE);
const cornerY = new Int32Array(SIDE * SIDE);

/** @typedef {{ x: number, y: number, found: boolean }} Followed */

/**
 * Where a point of one picture is in another.
 * @param {Level[]} before
 * @param {Level[]} now - of the same size
 * @param {number} x
 * @param {number} y
 * @returns {Followed} `found`: whether it could be followed at all
 */
export function followPoint(before, now, x, y) {
  let place = { x: 0, y: 0, found: true };
  for (let level = before.length - 1; level >= 0; level -= 1) {
    const from = { x: x / 2 ** level, y: y / 2 ** level };
    const guess = level === before.length - 1 ? from : { x: place.x * 2, y: place.y * 2 };
    place = followInLevel(before[level], now[level], from, guess);
  }
  // Found is what the largest picture says; a point that left it is lost.
  const inside = isWithin(Math.floor(place.x - HALF), Math.floor(place.y - HALF), now[0]);
  return { ...place, found: place.found && inside };
}

/**
 * @param {Level} before
 * @param {Level} now
 * @param {{ x: number, y: number }} from
 * @param {{ x: number, y: number }} guess
 * @returns {Followed}
 */
function followInLevel(before, now, from, guess) {
  const lost = { ...guess, found: false };
  const [left, top] = [Math.floor(from.x - HALF), Math.floor(from.y - HALF)];
  if (!isWithin(left, top, before)) return lost;
  const slopes = readWindow(before, left, top, weightsOf(from.x - HALF - left, from.y - HALF - top));
  const { xx, xy, yy } = slopes;
  const determinant = xx * yy - xy * xy;
  const least = (yy + xx - Math.sqrt((xx - yy) ** 2 + 4 * xy * xy)) / (2 * AREA);
  if (least < LEAST_EIGENVALUE || determinant < 1.19e-7) return lost;
  return climb(now, guess, slopes, determinant);
}

/**
 * Steps towards the place where the window looks most alike.
 * @param {Level} now
 * @param {{ x: number, y: number }} guess
 * @param {{ xx: number, xy: number, yy: number }} slopes
 * @param {number} determinant
 * @returns {Followed}
 */
function climb(now, guess, { xx, xy, yy }, determinant) {
  let [x, y] = [guess.x - HALF, guess.y - HALF];
  let [lastX, lastY] = [0, 0];
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const [left, top] = [Math.floor(x), Math.floor(y)];
    if (!isWithin(left, top, now)) return { x: x + HALF, y: y + HALF, found: false };
    const [a, b] = mismatch(now, left, top, weightsOf(x - left, y - top));
    const stepX = (xy * b - yy * a) / determinant;
    const stepY = (xy * a - xx * b) / determinant;
    x += stepX;
    y += stepY;
    if (stepX * stepX + stepY * stepY <= LEAST_STEP * LEAST_STEP) break;
    if (step && Math.abs(stepX + lastX) < LEAST_STEP && Math.abs(stepY + lastY) < LEAST_STEP) {
      x -= stepX / 2;
      y -= stepY / 2;
      break;
    }
    [lastX, lastY] = [stepX, stepY];
  }
  return { x: x + HALF, y: y + HALF, found: true };
}

/**
 * @param {number} left
 * @param {number} top
 * @param {Level} level
 */
function isWithin(left, top, { width, height }) {
  return left >= -WINDOW && left < width && top >= -WINDOW && top < height;
}

/**
 * Weights of the four pixels around a place, 16384 together.
 * @param {number} a - 0 to 1
 * @param {number} b
 */
function weightsOf(a, b) {
  const one = 1 << WEIGHT_BITS;
  const w00 = Math.round((1 - a) * (1 - b) * one);
  const w01 = Math.round(a * (1 - b) * one);
  const w10 = Math.round((1 - a) * b * one);
  return { w00, w01, w10, w11: one - w00 - w01 - w10 };
}

/** @typedef {ReturnType<typeof weightsOf>} Weights */

/**
 * Keep a window's grey levels and slopes; returns the sums of the slopes' products.
 * @param {Level} level
 * @param {number} left
 * @param {number} top
 * @param {Weights} weights
 */
function readWindow(level, left, top, { w00, w01, w10, w11 }) {
  const { data, stride } = level;
  readSlopes(level, left, top);
  let [xx, xy, yy] = [0, 0, 0];
  for (let row = 0, at = 0; row < WINDOW; row += 1) {
    let from = (top + row + WINDOW) * stride + left + WINDOW;
    let corner = row * SIDE;
    for (let column = 0; column < WINDOW; column += 1, at += 1, from += 1, corner += 1) {
      grey[at] =
        (data[from] * w00 + data[from + 1] * w01 + data[from + stride] * w10 + data[from + stride + 1] * w11 + ROUND) >> SHIFT;
      const dx =
        (cornerX[corner] * w00 + cornerX[corner + 1] * w01 + cornerX[corner + SIDE] * w10 + cornerX[corner + SIDE + 1] * w11 + ROUND_SLOPE) >> WEIGHT_BITS;
      const dy =
        (cornerY[corner] * w00 + cornerY[corner + 1] * w01 + cornerY[corner + SIDE] * w10 + cornerY[corner + SIDE + 1] * w11 + ROUND_SLOPE) >> WEIGHT_BITS;
      slopeX[at] = dx;
      slopeY[at] = dy;
      xx += dx * dx;
      xy += dx * dy;
      yy += dy * dy;
    }
  }
  return { xx: xx * SCALE, xy: xy * SCALE, yy: yy * SCALE };
}

/**
 * Slopes after Scharr (weights 3, 10, 3) at the window's pixels; none beyond the picture's edge.
 * @param {Level} level
 * @param {number} left
 * @param {number} top
 */
function readSlopes({ data, width, height, stride }, left, top) {
  for (let row = 0, at = 0; row < SIDE; row += 1) {
    const y = top + row;
    for (let column = 0; column < SIDE; column += 1, at += 1) {
      const x = left + column;
      if (x < 0 || y < 0 || x >= width || y >= height) {
        cornerX[at] = cornerY[at] = 0;
        continue;
      }
      const middle = (y + WINDOW) * stride + x + WINDOW;
      const upper = middle - stride;
      const lower = middle + stride;
      cornerX[at] =
        3 * (data[upper + 1] + data[lower + 1] - data[upper - 1] - data[lower - 1]) + 10 * (data[middle + 1] - data[middle - 1]);
      cornerY[at] =
        3 * (data[lower - 1] - data[upper - 1] + data[lower + 1] - data[upper + 1]) + 10 * (data[lower] - data[upper]);
    }
  }
}

/**
 * How the kept window differs from one of another picture, along the slopes.
 * @param {Level} level
 * @param {number} left
 * @param {number} top
 * @param {Weights} weights
 * @returns {[number, number]}
 */
function mismatch({ data, stride }, left, top, { w00, w01, w10, w11 }) {
  let [a, b] = [0, 0];
  for (let row = 0, at = 0; row < WINDOW; row += 1) {
    let from = (top + row + WINDOW) * stride + left + WINDOW;
    for (let column = 0; column < WINDOW; column += 1, at += 1, from += 1) {
      const seen =
        (data[from] * w00 + data[from + 1] * w01 + data[from + stride] * w10 + data[from + stride + 1] * w11 + ROUND) >> SHIFT;
      const off = seen - grey[at];
      a += off * slopeX[at];
      b += off * slopeY[at];
    }
  }
  return [a * SCALE, b * SCALE];
}

