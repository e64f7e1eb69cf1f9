// Resizing as OpenCV does it: means over areas to make smaller, bilinear to make larger.

import { roundHalfEven } from "./pixels.js";

/** @import { Pixels } from "./pixels.js" */

/**
 * Which pixels of a row (or rows of a picture) a smaller one is the mean of.
 * @typedef {object} Shares
 * @property {Int32Array} first - by place in the smaller row, the first pixel that goes into it
 * @property {Int32Array} begin - by place, where its weights begin; one more at the end
 * @property {Float64Array} weights - sum to 1 in each place
 */

/**
 * `cv2.resize(…, interpolation=cv2.INTER_AREA)` to a size that is smaller, or the same.
 * @param {Pixels} pixels
 * @param {number} width - at most that of `pixels`
 * @param {number} height - at most that of `pixels`
 * @returns {Pixels} grey, or RGB
 */
export function shrink(pixels, width, height) {
  const across = sharesOf(pixels.width, width);
  const down = sharesOf(pixels.height, height);
  const channels = pixels.channels === 1 ? 1 : 3;
  const data = new Uint8Array(width * height * channels);
  const row = new Float64Array(width * channels);
  const sum = new Float64Array(width * channels);
  // OpenCV rounds the mean of two by two pixels up, every other one to the even neighbour.
  const halved = pixels.width === 2 * width && pixels.height === 2 * height;
  const round = halved ? roundHalfUp : roundHalfEven;
  for (let y = 0; y < height; y += 1) {
    sum.fill(0);
    for (let at = down.begin[y]; at < down.begin[y + 1]; at += 1) {
      shrinkRow(pixels, down.first[y] + at - down.begin[y], across, row);
      const weight = down.weights[at];
      for (let x = 0; x < row.length; x += 1) sum[x] += weight * row[x];
    }
    const to = y * row.length;
    for (let x = 0; x < row.length; x += 1) data[to + x] = round(sum[x]);
  }
  return { data, width, height, channels };
}

/** @param {number} value */
function roundHalfUp(value) {
  return Math.floor(value + 0.5);
}

/**
 * @param {Pixels} pixels
 * @param {number} y
 * @param {Shares} across
 * @param {Float64Array} row - what the means go into
 */
function shrinkRow({ data, width, channels }, y, { first, begin, weights }, row) {
  const start = y * width * channels;
  let to = 0;
  for (let x = 0; x < first.length; x += 1) {
    let from = start + first[x] * channels;
    const end = begin[x + 1];
    if (channels === 1) {
      let grey = 0;
      for (let at = begin[x]; at < end; at += 1, from += 1) grey += weights[at] * data[from];
      row[to] = grey;
      to += 1;
      continue;
    }
    let red = 0;
    let green = 0;
    let blue = 0;
    for (let at = begin[x]; at < end; at += 1, from += channels) {
      const weight = weights[at];
      red += weight * data[from];
      green += weight * data[from + 1];
      blue += weight * data[from + 2];
    }
    row[to] = red;
    row[to + 1] = green;
    row[to + 2] = blue;
    to += 3;
  }
}

/** @type {Map<string, Shares>} */
const known = new Map();
const MOST_KNOWN = 64;

/**
 * @param {number} from - length of the row
 * @param {number} to - of the smaller one
 * @returns {Shares}
 */
function sharesOf(from, to) {
  const key = `${from} ${to}`;
  const before = known.get(key);
  if (before) return before;
  const scale = from / to;
  const first = new Int32Array(to);
  const begin = new Int32Array(to + 1);
  /** @type {number[]} */
  const weights = [];
  for (let place = 0; place < to; place += 1) {
    const low = place * scale;
    const high = Math.min(low + scale, from);
    first[place] = Math.floor(low + 1e-9);
    begin[place] = weights.length;
    for (let at = first[place]; at < high - 1e-3 || at === first[place]; at += 1) {
      weights.push((Math.min(at + 1, high) - Math.max(at, low)) / (high - low));
    }
  }
  begin[to] = weights.length;
  const shares = { first, begin, weights: Float64Array.from(weights) };
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(key, shares);
  return shares;
}

/**
 * `cv2.resize(…, interpolation=cv2.INTER_LINEAR)` to a larger size, with weights of 11 bits.
 * @param {Pixels} pixels
 * @param {number} width
 * @param {number} height
 * @returns {Pixels} grey, or RGB
 */
export function enlarge(pixels, width, height) {
  const channels = pixels.channels === 1 ? 1 : 3;
  const across = betweenOf(pixels.width, width);
  const down = betweenOf(pixels.height, height);
  const data = new Uint8Array(width * height * channels);
  const stride = pixels.width * pixels.channels;
  let to = 0;
  for (let y = 0; y < height; y += 1) {
    const upper = down.low[y] * stride;
    const lower = down.high[y] * stride;
    const v = down.weight[y];
    for (let x = 0; x < width; x += 1) {
      const left = across.low[x] * pixels.channels;
      const right = across.high[x] * pixels.channels;
      const u = across.weight[x];
      for (let channel = 0; channel < channels; channel += 1, to += 1) {
        const one = mixed(pixels.data, upper + left + channel, upper + right + channel, u);
        const two = mixed(pixels.data, lower + left + channel, lower + right + channel, u);
        data[to] = (((2048 - v) * (one >> 4)) >> 16) + ((v * (two >> 4)) >> 16) + 2 >> 2;
      }
    }
  }
  return { data, width, height, channels };
}

/**
 * @param {Pixels["data"]} data
 * @param {number} left
 * @param {number} right
 * @param {number} weight
 */
function mixed(data, left, right, weight) {
  return (2048 - weight) * data[left] + weight * data[right];
}

/**
 * Between which two pixels each of a larger row lies, and how near to the second, 0 to 2048.
 * @param {number} from
 * @param {number} to
 */
function betweenOf(from, to) {
  const low = new Int32Array(to);
  const high = new Int32Array(to);
  const weight = new Int32Array(to);
  for (let place = 0; place < to; place += 1) {
    const at = ((place + 0.5) * from) / to - 0.5;
    const whole = Math.floor(at);
    low[place] = Math.max(0, Math.min(whole, from - 1));
    high[place] = Math.max(0, Math.min(whole + 1, from - 1));
    weight[place] = roundHalfEven((at - whole) * 2048);
  }
  return { low, high, weight };
}
