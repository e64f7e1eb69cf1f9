// A person's face at rest, learnt while a video goes on: what a face always shows is no sign.

/** @import { Blendshapes } from "./blendshapes.js" */

const EVERY_SECONDS = 0.2;
const LEAST_SAMPLES = 25;

/** Two minutes: a face that is seen for longer is compared with its last two. */
const MOST_SAMPLES = 600;

/** Share of each movement's samples below what is taken for rest: faces move, from there, mostly up. */
const QUIET = 0.25;

/** Of any movement no more than this is taken for rest: who smiles all along is still smiling. */
const MOST = 0.5;

export class RestingFace {
  constructor() {
    /** @type {Blendshapes[]} */
    this.samples = [];
    this.sampledAt = -Infinity;
    /** The blendshapes at rest; empty until the face was seen for five seconds.
     * @type {Blendshapes} */
    this.blendshapes = {};
  }

  /**
   * Take in what a frame shows.
   * @param {Blendshapes} seen
   * @param {number} time - in seconds
   */
  see(seen, time) {
    if (time - this.sampledAt < EVERY_SECONDS) return;
    this.sampledAt = time;
    this.samples.push(seen);
    if (this.samples.length > MOST_SAMPLES) this.samples.shift();
    if (this.samples.length < LEAST_SAMPLES) return;
    this.blendshapes = Object.fromEntries(
      Object.keys(seen).map((name) => {
        const quiet = quantile(this.samples.map((sample) => sample[name]), QUIET);
        return [name, Math.max(0, Math.min(MOST, quiet))];
      }),
    );
  }
}

/**
 * With straight lines between the values, as NumPy's `percentile`.
 * @param {number[]} values
 * @param {number} share
 */
function quantile(values, share) {
  const sorted = Float64Array.from(values).sort();
  const place = share * (sorted.length - 1);
  const low = Math.floor(place);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low] + (place - low) * (sorted[high] - sorted[low]);
}
