// Grey pictures in ever smaller copies, for optical flow: `cv2.buildOpticalFlowPyramid`.

/** @import { Pixels } from "../pixels/pixels.js" */

/** Side of the window that is compared around a point. */
export const WINDOW = 15;

/** The smallest copy is this many times halved. */
const HALVED = 3;

/**
 * A grey picture with a border of `WINDOW` pixels all around, mirrored at the edge.
 * @typedef {object} Level
 * @property {Uint8Array} data - `(height + 2 · WINDOW)` rows of `stride`
 * @property {number} width
 * @property {number} height
 * @property {number} stride
 */

/**
 * The picture itself first, then halves of it, as long as a window fits in.
 * @param {Pixels} grey
 * @returns {Level[]}
 */
export function pyramidOf(grey) {
  const levels = [bordered(grey)];
  let { data, width, height } = grey;
  while (levels.length <= HALVED && (width + 1) >> 1 > WINDOW && (height + 1) >> 1 > WINDOW) {
    data = halved(data, width, height);
    [width, height] = [(width + 1) >> 1, (height + 1) >> 1];
    levels.push(bordered({ data, width, height }));
  }
  return levels;
}

/**
 * `cv2.pyrDown`: weights 1, 4, 6, 4, 1 in both directions, mirrored at the edge.
 * @param {Uint8Array | Uint8ClampedArray} data
 * @param {number} width
 * @param {number} height
 */
export function halved(data, width, height) {
  const [wide, high] = [(width + 1) >> 1, (height + 1) >> 1];
  const small = new Uint8Array(wide * high);
  const column = new Int32Array(width + 4); // Two more on either side, mirrored.
  for (let y = 0; y < high; y += 1) {
    const [a, b, c, d, e] = [-2, -1, 0, 1, 2].map((step) => mirroredIndex(2 * y + step, height) * width);
    for (let x = 0; x < width; x += 1) {
      column[x + 2] = data[a + x] + data[e + x] + 4 * (data[b + x] + data[d + x]) + 6 * data[c + x];
    }
    for (const beyond of [-2, -1, width, width + 1]) {
      column[beyond + 2] = column[mirroredIndex(beyond, width) + 2];
    }
    const to = y * wide;
    for (let x = 0, at = 0; x < wide; x += 1, at += 2) {
      const sides = column[at] + column[at + 4] + 4 * (column[at + 1] + column[at + 3]);
      small[to + x] = (sides + 6 * column[at + 2] + 128) >> 8;
    }
  }
  return small;
}

/**
 * @param {{ data: Uint8Array | Uint8ClampedArray, width: number, height: number }} grey
 * @returns {Level}
 */
function bordered({ data, width, height }) {
  const stride = width + 2 * WINDOW;
  const all = new Uint8Array(stride * (height + 2 * WINDOW));
  for (let y = -WINDOW; y < height + WINDOW; y += 1) {
    const from = mirroredIndex(y, height) * width;
    const to = (y + WINDOW) * stride + WINDOW;
    all.set(data.subarray(from, from + width), to);
    for (let x = 1; x <= WINDOW; x += 1) {
      all[to - x] = data[from + mirroredIndex(-x, width)];
      all[to + width - 1 + x] = data[from + mirroredIndex(width - 1 + x, width)];
    }
  }
  return { data: all, width, height, stride };
}

/**
 * `cv2.BORDER_REFLECT_101`: the edge pixel itself stands once.
 * @param {number} at
 * @param {number} length
 */
export function mirroredIndex(at, length) {
  if (length === 1) return 0;
  let index = at;
  while (index < 0 || index >= length) index = index < 0 ? -index : 2 * (length - 1) - index;
  return index;
}
