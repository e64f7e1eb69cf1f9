// BlazeFace, a fast detector for faces that are not small (Bazarevsky et al., arXiv:1907.05047).

import { enlarge, shrink } from "../pixels/resize.js";
import { roundHalfEven } from "../pixels/pixels.js";
import { eachFaceOnce, finish, sharedArea } from "./boxes.js";

/** @import { Network } from "../networks.js" */
/** @import { Pixels } from "../pixels/pixels.js" */
/** @import { Box, Detection, Point } from "./detection.js" */

/** Shortest side in pixels of a face's box, if nothing else is asked for. */
export const LEAST_FACE = 16;

/** Score from which a face is one. */
export const SURE_SCORE = 0.5;

/**
 * A *sensitive* detector tells of faces down to this share of its threshold: the low scores of
 * ByteTrack's second pass, which a tracker has confirmed over time.
 */
const LOW_SHARE = 0.4;

/** Boxes that overlap more (intersection over union) are one face, and are averaged. */
const OVERLAP = 0.3;

/** Width of the mouth over the distance of the eyes: BlazeFace gives the mouth's middle only. */
const MOUTH_WIDTH = 0.81;

/**
 * One of the two networks: its input, its grids (cells across, boxes a cell), and how its boxes lie
 * to CenterFace's, to which they are brought, so that a face is cropped alike by either detector.
 * @typedef {object} Layout
 * @property {number} side
 * @property {readonly (readonly [number, number])[]} grids
 * @property {number} width
 * @property {number} height
 * @property {number} down
 */

/** @type {Layout} */
const NEAR = { side: 128, grids: [[16, 2], [8, 6]], width: 0.893, height: 1.059, down: -0.097 };
/** @type {Layout} */
const FAR = { side: 192, grids: [[48, 1]], width: 0.875, height: 1.044, down: -0.047 };

export class BlazeFace {
  name = "blazeface";
  sureScore = SURE_SCORE;

  /**
   * MediaPipe's two networks: one for faces that fill the picture, one for smaller ones.
   * @param {Network} near
   * @param {Network} far
   * @param {{ leastFace?: number, sensitive?: boolean }} [options] - `sensitive`: tell of doubtful
   *   faces, too, because a tracker has them confirmed
   */
  constructor(near, far, { leastFace = LEAST_FACE, sensitive = false } = {}) {
    this.networks = /** @type {const} */ ([
      [NEAR, near],
      [FAR, far],
    ]);
    this.leastFace = leastFace;
    this.threshold = SURE_SCORE * (sensitive ? LOW_SHARE : 1);
  }

  /**
   * The faces in a picture, largest first; none is an empty list.
   * @param {Pixels} pixels - RGB
   * @returns {Promise<Detection[]>}
   */
  async detect(pixels) {
    /** @type {Detection[]} */
    const found = [];
    for (const [layout, network] of this.networks) {
      const { data, scale } = fitted(pixels, layout.side);
      const { boxes, scores } = await network.run({
        pixels: { data, dims: [1, layout.side, layout.side, 3] },
      });
      found.push(...facesOf(layout, boxes, scores, scale, this.threshold));
    }
    return finish(eachFaceOnce(found), pixels.width, pixels.height, this.leastFace);
  }
}

/**
 * The whole picture in the corner of a square, black beside it; and by how much it was scaled.
 * @param {Pixels} pixels
 * @param {number} side
 */
export function fitted(pixels, side) {
  const scale = side / Math.max(pixels.width, pixels.height);
  const width = Math.max(1, roundHalfEven(pixels.width * scale));
  const height = Math.max(1, roundHalfEven(pixels.height * scale));
  const small = (scale < 1 ? shrink : enlarge)(pixels, width, height);
  const data = new Uint8Array(side * side * 3);
  for (let y = 0; y < height; y += 1) {
    data.set(small.data.subarray(y * width * 3, (y + 1) * width * 3), y * side * 3);
  }
  return { data, scale };
}

/** @type {WeakMap<Layout, Float64Array>} */
const centresOfLayouts = new WeakMap();

/**
 * Where each box is expected, x and y by turns, in pixels of the input.
 * @param {Layout} layout
 */
function centresOf(layout) {
  const known = centresOfLayouts.get(layout);
  if (known) return known;
  /** @type {number[]} */
  const centres = [];
  for (const [cells, boxes] of layout.grids) {
    for (let y = 0; y < cells; y += 1) {
      for (let x = 0; x < cells; x += 1) {
        for (let box = 0; box < boxes; box += 1) {
          centres.push(((x + 0.5) * layout.side) / cells, ((y + 0.5) * layout.side) / cells);
        }
      }
    }
  }
  const found = Float64Array.from(centres);
  centresOfLayouts.set(layout, found);
  return found;
}

/** @typedef {{ score: number, values: number[], corners: Box }} Candidate */

/**
 * Boxes that overlap, averaged by their scores, as MediaPipe does it.
 * @param {Layout} layout
 * @param {Float32Array} boxes - 16 numbers a box: centre, size and six points
 * @param {Float32Array} logits
 * @param {number} scale
 * @param {number} least
 * @returns {Detection[]}
 */
export function facesOf(layout, boxes, logits, scale, least) {
  let waiting = candidatesOf(layout, boxes, logits, scale, least);
  /** @type {Detection[]} */
  const faces = [];
  while (waiting.length) {
    const first = waiting[0];
    const same = waiting.filter((each) => each === first || overlap(first.corners, each.corners) > OVERLAP);
    waiting = waiting.filter((each) => !same.includes(each));
    const total = same.reduce((sum, { score }) => sum + score, 0);
    const mean = first.values.map(
      (_, at) => same.reduce((sum, { score, values }) => sum + score * values[at], 0) / total,
    );
    faces.push(detectionOf(layout, mean, first.score));
  }
  return faces;
}

/**
 * Boxes with a score of at least `least`, best first, in pixels of the picture.
 * @param {Layout} layout
 * @param {Float32Array} boxes
 * @param {Float32Array} logits
 * @param {number} scale
 * @param {number} least
 * @returns {Candidate[]}
 */
function candidatesOf(layout, boxes, logits, scale, least) {
  const centres = centresOf(layout);
  /** @type {Candidate[]} */
  const found = [];
  for (let row = 0; row < logits.length; row += 1) {
    const score = 1 / (1 + Math.exp(-Math.max(-80, Math.min(80, logits[row]))));
    if (score < least) continue;
    const values = Array.from(boxes.subarray(16 * row, 16 * row + 16), (value, at) => {
      const isSize = at === 2 || at === 3;
      return (value + (isSize ? 0 : centres[2 * row + (at % 2)])) / scale;
    });
    const [x, y, width, height] = values;
    const corners = /** @type {Box} */ ([x - width / 2, y - height / 2, x + width / 2, y + height / 2]);
    found.push({ score, values, corners });
  }
  return found.sort((one, other) => other.score - one.score);
}

/**
 * Intersection over union.
 * @param {Box} one
 * @param {Box} other
 */
function overlap(one, other) {
  const shared = sharedArea(one, other);
  const areas = [one, other].map(([left, top, right, bottom]) => (right - left) * (bottom - top));
  return shared / (areas[0] + areas[1] - shared + 1e-9);
}

/**
 * A face in CenterFace's terms.
 * @param {Layout} layout
 * @param {number[]} mean - centre, size and six points
 * @param {number} score
 * @returns {Detection}
 */
function detectionOf(layout, mean, score) {
  /** @param {number} number @returns {Point} */
  const point = (number) => [mean[4 + 2 * number], mean[5 + 2 * number]];
  const [left, right, nose, mouth] = [0, 1, 2, 3].map(point);
  const across = [right[0] - left[0], right[1] - left[1]];
  const half = [(across[0] * MOUTH_WIDTH) / 2, (across[1] * MOUTH_WIDTH) / 2];
  // Down the face, which may be rolled.
  const length = Math.hypot(across[0], across[1]) || 1;
  const side = mean[2];
  const down = layout.down * side;
  const x = mean[0] - (across[1] / length) * down;
  const y = mean[1] + (across[0] / length) * down;
  const halfWidth = (layout.width * side) / 2;
  const halfHeight = (layout.height * side) / 2;
  return {
    xyxy: [x - halfWidth, y - halfHeight, x + halfWidth, y + halfHeight],
    score,
    landmarks: [
      left,
      right,
      nose,
      [mouth[0] - half[0], mouth[1] - half[1]],
      [mouth[0] + half[0], mouth[1] + half[1]],
    ],
  };
}
