// Cutting a turned square out of a picture, as `cv2.warpAffine` does it.

import { roundHalfEven } from "./pixels.js";

/** @import { Pixels } from "./pixels.js" */

/**
 * `cv2.warpAffine(…, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)`: bilinear, in OpenCV's
 * fixed-point arithmetic with places in 1/32 of a pixel.
 * @param {Pixels} pixels
 * @param {readonly [number, number, number, number, number, number]} matrix - from the new
 *   picture's pixels to those of `pixels`, row by row; pixel centres are at whole numbers in both
 * @param {number} width
 * @param {number} height
 * @param {"replicate" | "black"} border - what is beyond the picture's edge
 * @returns {Pixels} grey, or RGB
 */
export function warp(pixels, matrix, width, height, border) {
  const channels = pixels.channels === 1 ? 1 : 3;
  const data = new Uint8Array(width * height * channels);
  const acrossX = new Int32Array(width);
  const acrossY = new Int32Array(width);
  for (let x = 0; x < width; x += 1) {
    acrossX[x] = roundHalfEven(matrix[0] * x * 1024);
    acrossY[x] = roundHalfEven(matrix[3] * x * 1024);
  }
  let to = 0;
  for (let y = 0; y < height; y += 1) {
    const downX = roundHalfEven((matrix[1] * y + matrix[2]) * 1024) + 16;
    const downY = roundHalfEven((matrix[4] * y + matrix[5]) * 1024) + 16;
    for (let x = 0; x < width; x += 1, to += channels) {
      blend(pixels, (downX + acrossX[x]) >> 5, (downY + acrossY[x]) >> 5, border, data, to, channels);
    }
  }
  return { data, width, height, channels };
}

/**
 * One pixel, from the four around a place.
 * @param {Pixels} pixels
 * @param {number} placeX - in 1/32 of a pixel
 * @param {number} placeY
 * @param {"replicate" | "black"} border
 * @param {Uint8Array} data
 * @param {number} to
 * @param {number} channels
 */
function blend(pixels, placeX, placeY, border, data, to, channels) {
  const { width, height } = pixels;
  const [left, top] = [placeX >> 5, placeY >> 5];
  const [u, v] = [placeX & 31, placeY & 31];
  const x0 = Math.max(0, Math.min(left, width - 1));
  const x1 = Math.max(0, Math.min(left + 1, width - 1));
  const y0 = Math.max(0, Math.min(top, height - 1)) * width;
  const y1 = Math.max(0, Math.min(top + 1, height - 1)) * width;
  let a = (32 - u) * (32 - v);
  let b = u * (32 - v);
  let c = (32 - u) * v;
  let d = u * v;
  if (border === "black") {
    if (x0 !== left) a = c = 0;
    if (x1 !== left + 1) b = d = 0;
    if (y0 !== top * width) a = b = 0;
    if (y1 !== (top + 1) * width) c = d = 0;
  }
  const step = pixels.channels;
  const from = pixels.data;
  for (let channel = 0; channel < channels; channel += 1) {
    data[to + channel] =
      (a * from[(y0 + x0) * step + channel] +
        b * from[(y0 + x1) * step + channel] +
        c * from[(y1 + x0) * step + channel] +
        d * from[(y1 + x1) * step + channel] +
        512) >>
      10;
  }
}
