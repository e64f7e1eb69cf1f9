// From faces that were found to what is visible in them.

import { heightOf, widthOf } from "../detection/detection.js";
import { rounded } from "../frame.js";
import { readBlendshapes } from "./blendshapes.js";
import { distanceOf } from "./distance.js";
import { eyesOpen, gazeOf, irisWidth } from "./eyes.js";
import { placeMeanFace } from "./geometry.js";
import { readMeshes, squareOf } from "./mesh.js";
import { EYES_CLOSED, SPEAKS_FOR } from "./movements.js";
import { REGIONS, readCovered } from "./regions.js";
import { signsOf } from "./words.js";

/** @import { Detection } from "../detection/detection.js" */
/** @import { Network } from "../networks.js" */
/** @import { Pixels } from "../pixels/pixels.js" */
/** @import { Face, Sign, Signs } from "../types.js" */
/** @import { Blendshapes } from "./blendshapes.js" */
/** @import { MeanFace } from "./geometry.js" */
/** @import { Mesh } from "./mesh.js" */

/** Shortest side in pixels of a face whose signs are read: in smaller ones lips are two rows. */
const LEAST_FACE = 40;

/** Share of a face's points that have to lie in the picture. */
const LEAST_INSIDE = 0.75;

const LEAST_PRESENCE = 0.5;

/** Degrees of yaw from which the far eye and brow are behind the nose. */
const TURNED_AWAY = 40;

const TOO_SMALL = "too small";
const CUT_OFF = "at the picture's edge";
const NOT_SEEN = "not seen close up";

/** @typedef {{ mesh: Network, blendshapes: Network, regions: Network, mean: MeanFace }} SignsNetworks */

/**
 * What is visible in a face, and its blendshapes before they were rounded.
 * @typedef {{ signs: Signs, blendshapes: Blendshapes }} Seen
 */

export class SignsReader {
  /** @param {SignsNetworks} networks */
  constructor(networks) {
    this.networks = networks;
  }

  /**
   * Say of faces what is visible in them, or why nothing can be said; each gets `signs`.
   * @param {Pixels} pixels
   * @param {readonly Detection[]} detections
   * @param {Face[]} faces - in the same order
   * @param {readonly Blendshapes[]} [rests] - for each face its blendshapes at rest, as far as known
   * @returns {Promise<(Blendshapes | null)[]>} for each face, null where nothing was seen
   */
  async tell(pixels, detections, faces, rests = []) {
    const large = detections.flatMap((each, at) =>
      Math.min(widthOf(each), heightOf(each)) >= LEAST_FACE ? [at] : [],
    );
    const meshes = await readMeshes(this.networks.mesh, pixels, large.map((at) => squareOf(detections[at])));
    const covered = await readCovered(this.networks.regions, meshes.map(({ crop }) => crop));
    /** @type {(Seen | string)[]} */
    const found = detections.map(() => TOO_SMALL);
    for (const [number, at] of large.entries()) {
      found[at] = await this.ofMesh(meshes[number], covered[number], pixels, rests[at] ?? {});
    }
    return found.map((seen, at) => {
      const face = faces[at];
      if (typeof seen === "string") {
        putSigns(face, null, seen);
        return null;
      }
      putSigns(face, forWord(seen.signs, (face.track ?? face).label));
      return seen.blendshapes;
    });
  }

  /**
   * @param {Mesh} mesh
   * @param {string[]} hidden
   * @param {{ width: number, height: number }} size
   * @param {Blendshapes} rest
   * @returns {Promise<Seen | string>}
   */
  async ofMesh({ points, upright, presence }, hidden, { width, height }, rest) {
    if (presence < LEAST_PRESENCE || hidden.length === REGIONS.length) return NOT_SEEN;
    const inside = points.filter(([x, y]) => x >= 0 && y >= 0 && x < width && y < height).length;
    if (inside < LEAST_INSIDE * points.length) return CUT_OFF;
    const blendshapes = await readBlendshapes(this.networks.blendshapes, upright);
    const placement = placeMeanFace(this.networks.mean, points);
    const { head } = placement;
    const behind = behindOf(head.yaw);
    const covered = REGIONS.filter((name) => hidden.includes(name) || behind.includes(name));
    const closed = [blendshapes.eyeBlinkLeft, blendshapes.eyeBlinkRight].map((blink) => blink > EYES_CLOSED);
    const eyesHidden = covered.includes("left_eye") || covered.includes("right_eye");
    const gaze = closed.every(Boolean) || eyesHidden ? null : gazeOf(points, placement);
    const seen = !closed.some(Boolean) && !eyesHidden;
    const away = distanceOf(Math.max(width, height), irisWidth(points, head), placement.scale, seen);
    const told = signsOf(blendshapes, head, gaze, rest).filter((sign) => !isCovered(sign, covered));
    const open = eyesOpen(points);
    return {
      blendshapes,
      signs: {
        sentences: told.map(({ sentence }) => sentence),
        signs: told.map((sign) => ({ ...sign, strength: rounded(sign.strength, 3) })),
        covered,
        head: { yaw: rounded(head.yaw, 2), pitch: rounded(head.pitch, 2), roll: rounded(head.roll, 2) },
        gaze: gaze && { yaw: rounded(gaze.yaw, 2), pitch: rounded(gaze.pitch, 2) },
        eyes_open: { left: rounded(open.left, 3), right: rounded(open.right, 3) },
        eyes_closed: closed.every(Boolean),
        distance: {
          ...away,
          metres: rounded(away.metres, 3),
          low: rounded(away.low, 3),
          high: rounded(away.high, 3),
          focal_pixels: rounded(away.focal_pixels, 1),
        },
        presence: rounded(presence, 4),
        blendshapes: Object.fromEntries(
          Object.entries(blendshapes).map(([name, value]) => [name, rounded(value, 4)]),
        ),
      },
    };
  }
}

/**
 * Before `track`, as in Python.
 * @param {Face} face
 * @param {Signs | null} signs
 * @param {string} [why]
 */
function putSigns(face, signs, why) {
  const { track } = face;
  delete face.track;
  face.signs = signs;
  if (why !== undefined) face.no_signs_because = why;
  if (track) face.track = track;
}

/**
 * What a turned head hides: of a face that is turned to the picture's right its left side.
 * @param {number} yaw
 */
function behindOf(yaw) {
  if (Math.abs(yaw) < TURNED_AWAY) return [];
  const side = yaw > 0 ? "left" : "right";
  return [`${side}_eye`, `${side}_brow`];
}

/**
 * Whether a sign is of a region that is hidden, or of both sides where one is.
 * @param {Sign} sign
 * @param {string[]} covered
 */
function isCovered({ region, side }, covered) {
  if (region === "mouth" || region === "head") return covered.includes(region);
  const part = region.replace(/s$/, "");
  return (side === null ? ["left", "right"] : [side]).some((each) => covered.includes(`${each}_${part}`));
}

/**
 * The same with the signs first that speak for the word shown, and marked so.
 * @param {Signs} signs
 * @param {string} word
 * @returns {Signs}
 */
function forWord(signs, word) {
  const telling = SPEAKS_FOR[word] ?? [];
  const marked = signs.signs.map((sign) => (telling.includes(sign.name) ? { ...sign, speaks_for: word } : sign));
  const sorted = marked.sort((one, other) => Number(one.speaks_for === null) - Number(other.speaks_for === null));
  return { ...signs, sentences: sorted.map(({ sentence }) => sentence), signs: sorted };
}
