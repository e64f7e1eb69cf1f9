// 478 points of a face, found in the picture at full resolution. The network is MediaPipe's
// (Kartynnik et al., arXiv:1907.06724); it is shown an upright square, half as large again as the face.

import { heightOf, rollOf, widthOf } from "../detection/detection.js";
import { rgbOf, roundHalfEven } from "../pixels/pixels.js";
import { shrink } from "../pixels/resize.js";
import { warp } from "../pixels/warp.js";

/** @import { Detection } from "../detection/detection.js" */
/** @import { Network } from "../networks.js" */
/** @import { Pixels } from "../pixels/pixels.js" */

export const POINTS = 478;
const INPUT_SIDE = 256;

// Of the square root of the area of CenterFace's box.
const SIDE_OF_BOX = 1.63;
const DOWN_OF_BOX = 0.066;

/** @typedef {{ x: number, y: number, side: number, roll: number }} Square - centre and side in pixels, roll in degrees */
/** @typedef {[x: number, y: number, z: number]} Point3 */

/**
 * The points of one face.
 * @typedef {object} Mesh
 * @property {Point3[]} points - x, y in pixels of the picture; z, depth, at the same scale
 * @property {Point3[]} upright - the same in the network's own square, where the face is not rolled
 * @property {Pixels} crop - what the network was shown
 * @property {number} presence - how sure it is that it was shown a face, 0 to 1
 */

/**
 * The meshes of what the squares show; all in one batch, in their order.
 * @param {Network} network
 * @param {Pixels} pixels
 * @param {readonly Square[]} squares
 * @returns {Promise<Mesh[]>}
 */
export async function readMeshes(network, pixels, squares) {
  if (!squares.length) return [];
  const crops = squares.map((square) => cutSquare(pixels, square));
  const data = new Uint8Array(crops.length * INPUT_SIDE * INPUT_SIDE * 3);
  crops.forEach((crop, at) => data.set(crop.data, at * crop.data.length));
  const found = await network.run({ pixels: { data, dims: [crops.length, INPUT_SIDE, INPUT_SIDE, 3] } });
  return squares.map((square, face) => {
    const upright = Array.from({ length: POINTS }, (_, at) => {
      const from = (face * POINTS + at) * 3;
      return /** @type {Point3} */ ([...found.points.subarray(from, from + 3)]);
    });
    return {
      points: toPicture(square, upright),
      upright,
      crop: crops[face],
      presence: 1 / (1 + Math.exp(-found.presence[face])),
    };
  });
}

/**
 * Points in pixels of the network's input as points of the picture.
 * @param {Square} square
 * @param {Point3[]} points
 * @returns {Point3[]}
 */
function toPicture({ x, y, side, roll }, points) {
  const scale = side / INPUT_SIDE;
  const turn = (roll * Math.PI) / 180;
  const [cosine, sine] = [Math.cos(turn), Math.sin(turn)];
  return points.map(([px, py, pz]) => {
    const [across, down] = [(px - INPUT_SIDE / 2) * scale, (py - INPUT_SIDE / 2) * scale];
    return [cosine * across - sine * down + x, sine * across + cosine * down + y, pz * scale];
  });
}

/**
 * What the network is shown: black where the picture ends.
 * @param {Pixels} pixels
 * @param {Square} square
 * @returns {Pixels}
 */
export function cutSquare(pixels, square) {
  let step = square.side / INPUT_SIDE;
  // Warping reads four pixels for each that it writes: much larger pictures are brought down.
  if (step > 2) ({ pixels, square, step } = smaller(pixels, square, step));
  const turn = (square.roll * Math.PI) / 180;
  const [cosine, sine] = [Math.cos(turn) * step, Math.sin(turn) * step];
  const half = (INPUT_SIDE - 1) / 2;
  return warp(
    pixels,
    [
      cosine,
      -sine,
      square.x - 0.5 - cosine * half + sine * half,
      sine,
      cosine,
      square.y - 0.5 - sine * half - cosine * half,
    ],
    INPUT_SIDE,
    INPUT_SIDE,
    "black",
  );
}

/**
 * What is around a square, averaged down to two pixels for each of the network's input.
 * @param {Pixels} pixels
 * @param {Square} square
 * @param {number} step
 */
function smaller(pixels, square, step) {
  const reach = square.side * 0.71 + 2;
  const left = Math.max(0, Math.floor(square.x - reach));
  const top = Math.max(0, Math.floor(square.y - reach));
  const right = Math.min(pixels.width, Math.max(Math.ceil(square.x + reach), left + 1));
  const bottom = Math.min(pixels.height, Math.max(Math.ceil(square.y + reach), top + 1));
  if (right <= left || bottom <= top) return { pixels, square, step };
  const width = Math.max(1, roundHalfEven(((right - left) * 2) / step));
  const height = Math.max(1, roundHalfEven(((bottom - top) * 2) / step));
  const [across, down] = [width / (right - left), height / (bottom - top)];
  const region = rgbOf(pixels, { left, top, width: right - left, height: bottom - top });
  return {
    pixels: shrink(region, width, height),
    square: {
      x: (square.x - left) * across,
      y: (square.y - top) * down,
      side: square.side * across,
      roll: square.roll,
    },
    step: step * across,
  };
}

/**
 * The square that shows a face that was found, by its box and the roll of its eyes.
 * @param {Detection} detection
 * @returns {Square}
 */
export function squareOf(detection) {
  const [left, top, right, bottom] = detection.xyxy;
  const size = Math.sqrt(widthOf(detection) * heightOf(detection));
  const roll = rollOf(detection);
  const turn = (roll * Math.PI) / 180;
  return {
    x: (left + right) / 2 - Math.sin(turn) * DOWN_OF_BOX * size,
    y: (top + bottom) / 2 + Math.cos(turn) * DOWN_OF_BOX * size,
    side: SIDE_OF_BOX * size,
    roll,
  };
}
