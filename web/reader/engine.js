// Reading pixels: detect, crop, classify, read. Runs anywhere: in a worker, on a page, in Node.

import { BlazeFace } from "./detection/blazeface.js";
import { classify } from "./classify.js";
import { cropFaces } from "./crop.js";
import { makeFace, makeFrame, named } from "./frame.js";
import { interpret, makeInterpretation } from "./reading.js";

/** @import { ModelCard } from "./card.js" */
/** @import { Detection } from "./detection/detection.js" */
/** @import { Network } from "./networks.js" */
/** @import { Pixels } from "./pixels/pixels.js" */
/** @import { Interpretation, Reading } from "./reading.js" */
/** @import { Face, Frame } from "./types.js" */

/**
 * What is opened once, for photos and videos alike.
 * @typedef {object} Networks
 * @property {Network} near - BlazeFace for faces that fill the picture
 * @property {Network} far - BlazeFace for smaller ones
 * @property {Network} expression
 * @property {ModelCard} card
 * @property {SignsTeller | null} signs
 */

/**
 * What says of faces what is visible in them.
 * @typedef {object} SignsTeller
 * @property {(pixels: Pixels, detections: readonly Detection[], faces: Face[]) => Promise<void>} tell
 */

/**
 * Faces that were read, and what a stream goes on with.
 * @typedef {{ faces: Face[], readings: Reading[] }} ReadFaces
 */

export class Engine {
  /**
   * @param {Networks} networks
   * @param {{ reading?: string | undefined, leastFace?: number | undefined }} [options]
   */
  constructor(networks, { reading, leastFace } = {}) {
    this.networks = networks;
    this.leastFace = leastFace;
    /** @type {Interpretation} */
    this.how = makeInterpretation(networks.card, reading);
    this.detector = this.makeDetector(false);
  }

  /** @param {boolean} sensitive */
  makeDetector(sensitive) {
    const { near, far } = this.networks;
    const least = this.leastFace === undefined ? {} : { leastFace: this.leastFace };
    return new BlazeFace(near, far, { ...least, sensitive });
  }

  /**
   * Read one picture by itself.
   * @param {Pixels} pixels - RGB and upright
   * @param {{ path?: string | null, signs?: boolean }} [options]
   * @returns {Promise<Frame>} faces largest first; none when none was found
   */
  async read(pixels, { path = null, signs = false } = {}) {
    const detections = await this.detector.detect(pixels);
    const { faces } = await this.readFaces(pixels, detections);
    if (signs && this.networks.signs) await this.networks.signs.tell(pixels, detections, faces);
    return this.frame(pixels, faces, { path });
  }

  /**
   * What faces that have been found already express, in their order.
   * @param {Pixels} pixels
   * @param {readonly Detection[]} detections
   * @returns {Promise<ReadFaces>}
   */
  async readFaces(pixels, detections) {
    const { card, expression } = this.networks;
    const crops = cropFaces(pixels, detections, card);
    const count = detections.length;
    if (!count) return { faces: [], readings: [] };
    const found = await classify(expression, card, crops, count, this.how.mirrored);
    const readings = interpret(this.how, found);
    const ferplus = card.heads.ferplus?.labels ?? [];
    const faces = detections.map((detection, at) => {
      const row = found.straight.ferplus?.subarray(at * ferplus.length, (at + 1) * ferplus.length);
      return makeFace(detection, this.how, readings[at], row ? named(ferplus, row) : {});
    });
    return { faces, readings };
  }

  /**
   * @param {Pixels} pixels
   * @param {Face[]} faces
   * @param {{ path: string | null, time?: number }} more
   * @returns {Frame}
   */
  frame({ width, height }, faces, { path, ...more }) {
    const { name: detector } = this.detector;
    const model = this.networks.card.name;
    return makeFrame({ path, width, height, detector, model, reading: this.how.name, faces, ...more });
  }
}
