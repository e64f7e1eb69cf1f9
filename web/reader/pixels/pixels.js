// Pictures as bytes, and the three ways in which OpenCV makes one out of another: to the grey level.
//
// A browser's own scaling differs from OpenCV's, and the networks see the difference.

/**
 * @typedef {object} Pixels
 * @property {Uint8Array | Uint8ClampedArray} data - row by row, `channels` bytes a pixel
 * @property {number} width
 * @property {number} height
 * @property {1 | 3 | 4} channels - grey, RGB, or RGB and a fourth that nothing looks at
 */

/** @typedef {{ left: number, top: number, width: number, height: number }} Region */

/**
 * The whole of a picture as a region.
 * @param {Pixels} pixels
 * @returns {Region}
 */
export function wholeOf({ width, height }) {
  return { left: 0, top: 0, width, height };
}

/**
 * A region as grey levels: ITU-R BT.601 luma in OpenCV's fixed-point arithmetic.
 * @param {Pixels} pixels
 * @param {Region} [region]
 * @returns {Pixels}
 */
export function greyOf(pixels, region = wholeOf(pixels)) {
  const { data, channels } = pixels;
  const { left, top, width, height } = region;
  const grey = new Uint8Array(width * height);
  let to = 0;
  for (let y = 0; y < height; y += 1) {
    let from = ((top + y) * pixels.width + left) * channels;
    if (channels === 1) {
      grey.set(data.subarray(from, from + width), to);
      to += width;
      continue;
    }
    for (let x = 0; x < width; x += 1, from += channels, to += 1) {
      grey[to] = (9798 * data[from] + 19235 * data[from + 1] + 3735 * data[from + 2] + 16384) >> 15;
    }
  }
  return { data: grey, width, height, channels: 1 };
}

/**
 * A region as RGB, the fourth channel left out.
 * @param {Pixels} pixels
 * @param {Region} [region]
 * @returns {Pixels}
 */
export function rgbOf(pixels, region = wholeOf(pixels)) {
  const { data, channels } = pixels;
  const { left, top, width, height } = region;
  const rgb = new Uint8Array(width * height * 3);
  const [green, blue] = channels === 1 ? [0, 0] : [1, 2];
  let to = 0;
  for (let y = 0; y < height; y += 1) {
    let from = ((top + y) * pixels.width + left) * channels;
    for (let x = 0; x < width; x += 1, from += channels, to += 3) {
      rgb[to] = data[from];
      rgb[to + 1] = data[from + green];
      rgb[to + 2] = data[from + blue];
    }
  }
  return { data: rgb, width, height, channels: 3 };
}

/**
 * Python's `round`: halves go to the even neighbour.
 * @param {number} value
 */
export function roundHalfEven(value) {
  const low = Math.floor(value);
  const rest = value - low;
  if (rest < 0.5) return low;
  if (rest > 0.5) return low + 1;
  return low % 2 ? low + 1 : low;
}
