// What is visible in the faces of a video: looked at a few times a second, and beyond each person's rest.

import { RestingFace } from "./rest.js";

/** @import { Pixels } from "../pixels/pixels.js" */
/** @import { TrackedFace } from "../tracking/tracker.js" */
/** @import { Face, Signs } from "../types.js" */
/** @import { SignsReader } from "./signs_reader.js" */

/** Words about a mouth need not change with every frame; looking takes as long as reading. */
const EVERY_SECONDS = 0.2;

/** @typedef {{ signs: Signs | null, why: string | undefined }} Told */

export class SignsOverTime {
  constructor() {
    /** @type {Map<number, RestingFace>} */
    this.rests = new Map();
    /** @type {Map<number, Told>} */
    this.told = new Map();
    this.lookedAt = -Infinity;
  }

  /**
   * Give each face its `signs`.
   * @param {SignsReader} reader
   * @param {Pixels} pixels
   * @param {readonly TrackedFace[]} tracked
   * @param {Face[]} faces - in the same order
   * @param {number} time - in seconds
   */
  async tell(reader, pixels, tracked, faces, time) {
    const isKnown = tracked.every(({ id }) => this.told.has(id));
    if (isKnown && time - this.lookedAt < EVERY_SECONDS) {
      faces.forEach((face, at) => repeat(face, /** @type {Told} */ (this.told.get(tracked[at].id))));
      return;
    }
    this.lookedAt = time;
    const rests = tracked.map(({ id }) => this.restOf(id));
    const seen = await reader.tell(
      pixels,
      tracked.map(({ detection }) => detection),
      faces,
      rests.map(({ blendshapes }) => blendshapes),
    );
    faces.forEach((face, at) => {
      const blendshapes = seen[at];
      if (blendshapes) rests[at].see(blendshapes, time);
      this.told.set(tracked[at].id, { signs: face.signs ?? null, why: face.no_signs_because });
    });
  }

  /** @param {number} id */
  restOf(id) {
    const known = this.rests.get(id);
    if (known) return known;
    const fresh = new RestingFace();
    this.rests.set(id, fresh);
    return fresh;
  }

  /**
   * Forget all but these people.
   * @param {ReadonlySet<number>} known
   */
  forgetOthers(known) {
    for (const people of [this.rests, this.told]) {
      for (const id of people.keys()) if (!known.has(id)) people.delete(id);
    }
  }
}

/**
 * @param {Face} face
 * @param {Told} told
 */
function repeat(face, { signs, why }) {
  face.signs = signs;
  if (why !== undefined) face.no_signs_because = why;
}
