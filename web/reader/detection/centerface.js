// CenterFace, a face detector with five landmarks (Xu et al. 2019, arXiv:1911.03599), for photos.

import { rgbOf, roundHalfEven, wholeOf } from "../pixels/pixels.js";
import { enlarge, shrink } from "../pixels/resize.js";
import { eachFaceOnce, finish, overlap, sameFace } from "./boxes.js";
import { MULTIPLE, decode, layOut } from "./centerface_maps.js";
import { CERTAIN_FROM, DOUBTFUL_FROM, lookAgain } from "./second_look.js";

/** @import { Network } from "../networks.js" */
/** @import { Pixels, Region } from "../pixels/pixels.js" */
/** @import { Box, Detection, Point } from "./detection.js" */

/** Area to which a picture is brought: time and memory are the same for every shape of photo. */
const INPUT_PIXELS = 640 * 480;

/** Small pictures are enlarged up to this factor: the network sees faces under 24 pixels badly. */
const MAX_ENLARGEMENT = 2;

/** Longest side of the small copy, in which faces that fill the picture have a size that the network
 * knows. It is framed by half as much again of its mean colour. */
const CLOSE_UP_SIDE = 96;

/** Shortest side in pixels of a face's box, if nothing else is asked for. */
const LEAST_FACE = 16;

/** Height of a face in pixels of the network's input at which its boxes are most exact. */
const BEST_SIDE = 96;

/** Lowest mean score of a face over all looks. */
const THRESHOLD = 0.25;

const OUTPUTS = { heat: "537", size: "538", offset: "539", points: "540" };

/** @typedef {{ detection: Detection, seenHeight: number }} Candidate - height in the network's input */

export class CenterFace {
  name = "centerface";

  /**
   * A picture is seen at two sizes, and doubtful faces are looked at again, close up.
   * @param {Network} network
   * @param {{ leastFace?: number }} [options]
   */
  constructor(network, { leastFace = LEAST_FACE } = {}) {
    this.network = network;
    this.leastFace = leastFace;
  }

  /**
   * The faces in a picture, largest first; none is an empty list.
   * @param {Pixels} pixels - RGB
   * @returns {Promise<Detection[]>}
   */
  async detect(pixels) {
    const { width, height } = pixels;
    if (Math.min(width, height) < this.leastFace) return [];
    const full = wholeOf(pixels);
    const scale = Math.min(
      MAX_ENLARGEMENT,
      Math.sqrt(INPUT_PIXELS / (height * width)),
      INPUT_PIXELS / (MULTIPLE * Math.max(height, width)), // A strip is padded to 32 pixels.
    );
    const whole = resized(pixels, scale);
    const candidates = await this.look(whole, full, 0);
    const small = resized(whole, CLOSE_UP_SIDE / Math.max(whole.width, whole.height));
    candidates.push(...(await this.look(small, full, CLOSE_UP_SIDE / 2)));
    const found = finish(mergeSizes(candidates), width, height, this.leastFace);
    return this.again(pixels, found);
  }

  /**
   * Those whose score, over all looks where it was doubtful, is enough.
   * @param {Pixels} pixels
   * @param {Detection[]} found
   */
  async again(pixels, found) {
    const scored = [];
    for (const each of found) {
      const looked = await (each.score >= CERTAIN_FROM
        ? each
        : lookAgain(pixels, each, async (region, scale) => {
            const seen = await this.look(resized(rgbOf(pixels, region), scale), region, 0);
            return seen.map(({ detection }) => detection);
          }));
      if (looked.score >= THRESHOLD) scored.push(looked);
    }
    // Two boxes that were apart at first may have come to lie on one face.
    return finish(eachFaceOnce(scored), pixels.width, pixels.height, this.leastFace);
  }

  /**
   * Run the network on a resized copy of a region of the picture.
   * @param {Pixels} view
   * @param {Region} region
   * @param {number} border
   * @returns {Promise<Candidate[]>}
   */
  async look(view, region, border) {
    const input = layOut(view, border);
    const found = await this.network.run({ "input.1": input }, Object.values(OUTPUTS));
    const maps = {
      heat: found[OUTPUTS.heat],
      size: found[OUTPUTS.size],
      offset: found[OUTPUTS.offset],
      points: found[OUTPUTS.points],
    };
    const [across, down] = [region.width / view.width, region.height / view.height];
    /** @param {number} x @param {number} y @returns {Point} */
    const place = (x, y) => [(x - border) * across + region.left, (y - border) * down + region.top];
    return decode(maps, input.dims[3] / 4, DOUBTFUL_FROM).map(({ xyxy: [x0, y0, x1, y1], score, landmarks }) => ({
      detection: {
        xyxy: /** @type {Box} */ ([...place(x0, y0), ...place(x1, y1)]),
        score,
        landmarks: landmarks.map(([x, y]) => place(x, y)),
      },
      seenHeight: y1 - y0,
    }));
  }
}

/**
 * @param {Pixels} pixels
 * @param {number} scale
 */
function resized(pixels, scale) {
  const width = Math.max(1, roundHalfEven(pixels.width * scale));
  const height = Math.max(1, roundHalfEven(pixels.height * scale));
  if (width === pixels.width && height === pixels.height) return pixels;
  return (scale < 1 ? shrink : enlarge)(pixels, width, height);
}

/**
 * Keep each face once: the highest score, with the box from where it was seen best.
 * @param {Candidate[]} candidates
 * @returns {Detection[]}
 */
function mergeSizes(candidates) {
  /** @type {{ head: Candidate, box: Candidate }[]} */
  const kept = [];
  for (const candidate of [...candidates].sort((one, other) => other.detection.score - one.detection.score)) {
    const known = kept.find(({ head }) => sameFace(candidate.detection, head.detection));
    if (!known) kept.push({ head: candidate, box: candidate });
    else if (
      overlap(candidate.detection, known.head.detection) > 0.4 &&
      fromBest(candidate) < fromBest(known.box)
    ) {
      known.box = candidate;
    }
  }
  return kept.map(({ head, box }) => ({ ...box.detection, score: head.detection.score }));
}

/** @param {Candidate} candidate */
function fromBest({ seenHeight }) {
  return Math.abs(Math.log(Math.max(seenHeight, 1) / BEST_SIDE));
}
