// What the worker does: opens the networks, keeps the streams, answers one picture after the other.

import { parseCard } from "./card.js";
import { cropFaces } from "./crop.js";
import { CenterFace } from "./detection/centerface.js";
import { Engine } from "./engine.js";
import { ReaderError, messageOf } from "./errors.js";
import { readMaps } from "./explaining/maps.js";
import { pngOf } from "./explaining/picture.js";
import { ModelFolder } from "./model_files.js";
import { openNetwork } from "./networks.js";
import { switchedOn } from "./onnx_file.js";
import { capture } from "./pixels/capture.js";
import { openRuntime } from "./runtime.js";
import { scaled } from "./scaled.js";
import { SignsReader } from "./signs/signs_reader.js";
import { Stream } from "./stream.js";

/** @import { ModelCard } from "./card.js" */
/** @import { ModelFile, ModelList } from "./model_files.js" */
/** @import { HostOptions, Opened, Request } from "./messages.js" */
/** @import { Network } from "./networks.js" */
/** @import { Pixels } from "./pixels/pixels.js" */
/** @import { Runtime } from "./runtime.js" */
/** @import { Device, Frame } from "./types.js" */

/** Milliseconds for live pictures between two networks that are opened while they are read. */
const BETWEEN_SIGNS = 300;

export class Host {
  /** @type {Map<number, Stream>} */
  streams = new Map();
  /** @type {Promise<void> | undefined} */
  signs;

  /** @type {Promise<Network> | undefined} */
  maps;

  /** Why no signs can be told; empty where they can. */
  noSigns = "";

  /** @param {HostOptions} options */
  constructor(options) {
    this.options = options;
    this.models = new ModelFolder(new URL("models/", options.folder));
  }

  /** @returns {Promise<Opened>} */
  async open() {
    const { device } = this.options;
    this.list = await this.models.list();
    try {
      return await this.openOn(device);
    } catch (error) {
      // A graphics processor that is there, but can't do it after all.
      if (device !== "auto" || this.runtime?.device !== "webgpu") throw error;
      return this.openOn("wasm");
    }
  }

  /**
   * @param {"auto" | Device} device
   * @returns {Promise<Opened>}
   */
  async openOn(device) {
    const { folder, threads, model, reading, leastFace } = this.options;
    const list = /** @type {ModelList} */ (this.list);
    const runtime = await openRuntime(new URL("runtime/", folder), device, threads);
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
    return { device: runtime.device, threads: runtime.threads, card };
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
  async read(request) {
    const { pixels, ...size } = await capture(request.source);
    try {
      return scaled(await this.readPixels(pixels, request), size);
    } catch (error) {
      if (error instanceof ReaderError || !(await this.leaveGraphics())) throw error;
      return scaled(await this.readPixels(pixels, request), size);
    }
  }

  /**
   * Go on as WASM: a graphics processor may be taken away while it is used.
   * @returns {Promise<boolean>} whether that is possible
   */
  async leaveGraphics() {
    if (this.options.device !== "auto" || this.runtime?.device !== "webgpu") return false;
    this.signs = this.maps = undefined;
    await this.openOn("wasm");
    const engine = /** @type {Engine} */ (this.engine);
    for (const stream of this.streams.values()) stream.goOnWith(engine);
    return true;
  }

  /**
   * @param {Pixels} pixels
   * @param {Request} request
   * @returns {Promise<Frame>} in pixels of `pixels`
   */
  async readPixels(pixels, { path, signs, explain, stream, time }) {
    const engine = /** @type {Engine} */ (this.engine);
    let frame;
    if (stream === null) {
      await this.openDetector(engine);
      if (signs) await this.openSigns();
      frame = await engine.read(pixels, { path, signs });
    } else {
      frame = await this.stream(engine, stream).read(pixels, time, { path, signs });
      // Live pictures go without signs until their networks are there.
      if (signs && !this.noSigns) {
        this.openSigns(BETWEEN_SIGNS).catch((/** @type {unknown} */ error) => (this.noSigns = messageOf(error)));
      }
    }
    if (signs && this.noSigns) {
      for (const face of frame.faces) Object.assign(face, { signs: null, no_signs_because: this.noSigns });
    }
    if (explain) await this.explain(engine, pixels, frame);
    return frame;
  }

  /**
   * Say of each face what the model was shown, and where in it is what speaks for each expression.
   * @param {Engine} engine
   * @param {Pixels} pixels
   * @param {Frame} frame - of `pixels`
   */
  async explain(engine, pixels, frame) {
    const { card } = engine.networks;
    const count = frame.faces.length;
    if (!count) return;
    this.maps ??= this.openMaps(card);
    const network = await this.maps;
    const detections = frame.faces.map(({ xyxy, score, landmarks }) => ({ xyxy, score, landmarks: Object.values(landmarks) }));
    const crops = cropFaces(pixels, detections, card);
    const maps = await readMaps(network, card, crops, count);
    for (const [at, face] of frame.faces.entries()) {
      const size = crops.length / count;
      face.explanation = { crop: await pngOf(crops.subarray(at * size, (at + 1) * size), card), maps: maps[at] };
    }
  }

  /**
   * The expression model once more, with its maps.
   * @param {ModelCard} card
   * @returns {Promise<Network>}
   */
  async openMaps(card) {
    const { list, options, runtime } = this;
    const named = /** @type {ModelList} */ (list).expression[options.model];
    const content = card.activation_maps && switchedOn(await this.models.read(named), "maps_wanted");
    if (!content) throw new ReaderError(`the model ${card.name} cannot say why`);
    const { ort, device } = /** @type {Runtime} */ (runtime);
    return openNetwork(ort, content, named.file, device);
  }

  /**
   * Fetch and open what finds faces in photos, if that is another detector than for live pictures.
   * @param {Engine} engine
   */
  async openDetector(engine) {
    const { detector } = this.options;
    if (detector === engine.detector.name) return;
    const { detector: files } = /** @type {ModelList} */ (this.list);
    engine.detector = new CenterFace(await this.network(files.centerface), engine.least);
  }

  /**
   * Fetch and open the networks of signs, once.
   * @param {number} pause - milliseconds between two networks, so that live pictures are read meanwhile
   */
  openSigns(pause = 0) {
    this.signs ??= this.fetchSigns(pause).catch((error) => {
      this.signs = undefined; // A photo that comes later tries again.
      throw error;
    });
    return this.signs;
  }

  /** @param {number} pause */
  async fetchSigns(pause) {
    const { signs } = /** @type {ModelList} */ (this.list);
    const mean = await this.models.json(signs.geometry.file);
    /** @type {Network[]} */
    const opened = [];
    for (const file of [signs.mesh, signs.blendshapes, signs.regions]) {
      opened.push(await this.network(file));
      if (pause) await new Promise((resolve) => setTimeout(resolve, pause));
    }
    const [mesh, blendshapes, regions] = opened;
    const { networks } = /** @type {Engine} */ (this.engine);
    networks.signs = new SignsReader({ mesh, blendshapes, regions, mean });
    this.noSigns = "";
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
