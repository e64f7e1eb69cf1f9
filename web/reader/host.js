// What the worker does: opens the networks, keeps the streams, answers one picture after the other.

import { parseCard } from "./card.js";
import { Engine } from "./engine.js";
import { ReaderError } from "./errors.js";
import { ModelFolder } from "./model_files.js";
import { openNetwork } from "./networks.js";
import { capture } from "./pixels/capture.js";
import { openRuntime } from "./runtime.js";
import { scaled } from "./scaled.js";
import { Stream } from "./stream.js";

/** @import { ModelCard } from "./card.js" */
/** @import { ModelFile } from "./model_files.js" */
/** @import { Device } from "./networks.js" */
/** @import { Runtime } from "./runtime.js" */
/** @import { Frame } from "./types.js" */

/**
 * @typedef {object} HostOptions
 * @property {string} folder - address of the folder with `models` and `runtime`
 * @property {string} model - `"small"` or `"default"`
 * @property {string | undefined} reading
 * @property {"auto" | Device} device
 * @property {number | undefined} threads
 * @property {number | undefined} leastFace
 * @property {number} smoothSeconds
 */

/** @typedef {{ device: Device, threads: number, model: string, reading: string, card: ModelCard }} Opened */

/**
 * One picture to read.
 * @typedef {object} Request
 * @property {ImageBitmap | ImageData | Blob} source
 * @property {string | null} path
 * @property {boolean} signs
 * @property {number | null} stream - number of the stream that the picture belongs to; null: a photo
 * @property {number} time - in seconds, for streams
 */

export class Host {
  /** @type {Map<number, Stream>} */
  streams = new Map();

  /** @param {HostOptions} options */
  constructor(options) {
    this.options = options;
    this.models = new ModelFolder(new URL("models/", options.folder));
  }

  /** @returns {Promise<Opened>} */
  async open() {
    const { folder, device, threads, model, reading, leastFace } = this.options;
    const [runtime, list] = await Promise.all([
      openRuntime(new URL("runtime/", folder), device, threads),
      this.models.list(),
    ]);
    this.runtime = runtime;
    const chosen = list.expression[model];
    if (!chosen) {
      const known = Object.keys(list.expression).join(", ");
      throw new ReaderError(`there is no model “${model}”`, { hint: `one of ${known}` });
    }
    const [near, far, expression, rawCard] = await Promise.all([
      this.network(list.detector.near),
      this.network(list.detector.far),
      this.network(chosen),
      this.models.json(chosen.card ?? ""),
    ]);
    const card = parseCard(rawCard, chosen.card ?? chosen.file);
    this.engine = new Engine({ near, far, expression, card, signs: null }, { reading, leastFace });
    return { device: runtime.device, threads: runtime.threads, model: card.name, reading: this.engine.how.name, card };
  }

  /** @param {ModelFile} named */
  async network(named) {
    const { ort, device } = /** @type {Runtime} */ (this.runtime);
    return openNetwork(ort, await this.models.read(named), named.file, device);
  }

  /**
   * @param {Request} request
   * @returns {Promise<Frame>}
   */
  async read({ source, path, signs, stream, time }) {
    const engine = /** @type {Engine} */ (this.engine);
    const { pixels, ...size } = await capture(source);
    const frame =
      stream === null
        ? await engine.read(pixels, { path, signs })
        : await this.stream(engine, stream).read(pixels, time, { path, signs });
    return scaled(frame, size);
  }

  /**
   * @param {Engine} engine
   * @param {number} number
   */
  stream(engine, number) {
    const known = this.streams.get(number);
    if (known) return known;
    const fresh = new Stream(engine, { smoothSeconds: this.options.smoothSeconds });
    this.streams.set(number, fresh);
    return fresh;
  }

  /** @param {number} number */
  end(number) {
    this.streams.delete(number);
  }
}
