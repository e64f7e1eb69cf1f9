// Face crops: the square around a detection, turned upright, as the model was trained to see it.

import { heightOf, rollOf, widthOf } from "./detection/detection.js";
import { greyOf, rgbOf, roundHalfEven } from "./pixels/pixels.js";
import { shrink } from "./pixels/resize.js";
import { warp } from "./pixels/warp.js";

/** @import { CropGeometry, ModelCard } from "./card.js" */
/** @import { Detection } from "./detection/detection.js" */
/** @import { Pixels } from "./pixels/pixels.js" */

// Warping reads four pixels for each one it writes, so a face is first brought down by area
// averaging to at most this many source pixels for each crop pixel.
const OVERSAMPLING = 2;

/**
 * The square to cut out: centre and side in pixels, roll in degrees.
 * @param {Detection} detection
 * @param {CropGeometry} geometry
 */
export function cropSquare(detection, geometry) {
  const [left, top, right, bottom] = detection.xyxy;
  const seen = geometry.align_roll ? rollOf(detection) : 0;
  // What is within the tolerance is as much the landmarks' error as the face's roll.
  const roll = Math.sign(seen) * Math.max(Math.abs(seen) - geometry.roll_tolerance, 0);
  const size = Math.sqrt(widthOf(detection) * heightOf(detection));
  const down = geometry.shift_y * size;
  const radians = (roll * Math.PI) / 180;
  return {
    x: (left + right) / 2 - Math.sin(radians) * down,
    y: (top + bottom) / 2 + Math.cos(radians) * down,
    side: Math.max(geometry.scale * size, 1),
    roll,
  };
}

/**
 * Cut one face out of a picture; where the square leaves it, its edge pixels are repeated.
 * @param {Pixels} pixels - RGB
 * @param {Detection} detection
 * @param {ModelCard} card - says how: geometry, size, colour
 * @returns {Pixels} of the card's input size, grey or RGB
 */
export function cropFace(pixels, detection, card) {
  const { input_width: width, input_height: height } = card;
  const { x, y, side, roll } = cropSquare(detection, card.crop);
  const around = regionAround(pixels, x, y, side);
  let region = (card.colour === "grey" ? greyOf : rgbOf)(pixels, around);
  let [scaleX, scaleY] = [1, 1];
  const times = side / (OVERSAMPLING * Math.max(height, width));
  if (times > 1) {
    const smallWidth = Math.max(1, roundHalfEven(region.width / times));
    const smallHeight = Math.max(1, roundHalfEven(region.height / times));
    scaleX = smallWidth / region.width;
    scaleY = smallHeight / region.height;
    region = shrink(region, smallWidth, smallHeight);
  }
  const fine = side > Math.max(height, width) ? OVERSAMPLING : 1;
  const [outWidth, outHeight] = [width * fine, height * fine];
  const radians = (roll * Math.PI) / 180;
  const [stepX, stepY] = [side / outWidth, side / outHeight];
  // From the crop's pixels to the region's; pixel centres lie at half-integers in both.
  const [a, b] = [Math.cos(radians) * stepX, -Math.sin(radians) * stepY];
  const [c, d] = [Math.sin(radians) * stepX, Math.cos(radians) * stepY];
  const originX = x - around.left - (a * outWidth) / 2 - (b * outHeight) / 2;
  const originY = y - around.top - (c * outWidth) / 2 - (d * outHeight) / 2;
  const crop = warp(
    region,
    [
      scaleX * a,
      scaleX * b,
      scaleX * (originX + (a + b) / 2) - 0.5,
      scaleY * c,
      scaleY * d,
      scaleY * (originY + (c + d) / 2) - 0.5,
    ],
    outWidth,
    outHeight,
    "replicate",
  );
  return fine > 1 ? shrink(crop, width, height) : crop;
}

/**
 * All that a turned square may reach: up to √2 further than an upright one.
 * @param {Pixels} pixels
 * @param {number} x
 * @param {number} y
 * @param {number} side
 */
function regionAround({ width, height }, x, y, side) {
  const reach = side * 0.71 + 2;
  let left = Math.max(0, Math.floor(x - reach));
  let top = Math.max(0, Math.floor(y - reach));
  let right = Math.min(width, Math.ceil(x + reach));
  let bottom = Math.min(height, Math.ceil(y + reach));
  if (right <= left || bottom <= top) {
    // The square lies outside: the nearest edge is repeated.
    [left, top] = [Math.min(left, width - 1), Math.min(top, height - 1)];
    [right, bottom] = [Math.max(right, left + 1), Math.max(bottom, top + 1)];
  }
  return { left, top, width: right - left, height: bottom - top };
}

/**
 * The faces as the model of `card` takes them, one after the other.
 * @param {Pixels} pixels
 * @param {readonly Detection[]} detections
 * @param {ModelCard} card
 * @returns {Uint8Array}
 */
export function cropFaces(pixels, detections, card) {
  const size = card.input_width * card.input_height * (card.colour === "rgb" ? 3 : 1);
  const crops = new Uint8Array(detections.length * size);
  detections.forEach((detection, at) => crops.set(cropFace(pixels, detection, card).data, at * size));
  return crops;
}

/**
 * The same crops as a mirror shows them.
 * @param {Uint8Array} crops
 * @param {ModelCard} card
 */
export function mirrored(crops, { input_width: width, colour }) {
  const channels = colour === "rgb" ? 3 : 1;
  const turned = new Uint8Array(crops.length);
  for (let row = 0; row < crops.length; row += width * channels) {
    for (let x = 0; x < width; x += 1) {
      const [from, to] = [row + x * channels, row + (width - 1 - x) * channels];
      for (let channel = 0; channel < channels; channel += 1) turned[to + channel] = crops[from + channel];
    }
  }
  return turned;
}
