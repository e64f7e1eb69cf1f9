// Networks: an ONNX file opened in onnxruntime-web, on the graphics processor or the main one.

import { ReaderError, messageOf } from "./errors.js";

/**
 * What of onnxruntime-web is used.
 * @typedef {typeof import("onnxruntime-web")} OnnxRuntime
 */

/** @import { Device } from "./types.js" */

/** @typedef {{ data: Uint8Array | Float32Array, dims: readonly number[] }} Values */

/**
 * An opened network.
 * @typedef {object} Network
 * @property {(feeds: Record<string, Values>, outputs?: readonly string[]) => Promise<Record<string, Float32Array>>} run
 * @property {() => Promise<void>} close
 */

/** @type {Promise<unknown>} */
let last = Promise.resolve();

/**
 * One after the other: onnxruntime-web's WebGPU can't open or run two networks at once.
 * @template Result
 * @param {() => Promise<Result>} act
 * @returns {Promise<Result>}
 */
function inTurn(act) {
  const done = last.then(act);
  last = done.catch(() => {}); // Told to whoever asked.
  return done;
}

/**
 * @param {OnnxRuntime} ort
 * @param {Uint8Array} content - of the `.onnx` file
 * @param {string} where - the file, for errors
 * @param {Device} device
 * @returns {Promise<Network>}
 */
export async function openNetwork(ort, content, where, device) {
  let session;
  try {
    session = await inTurn(() =>
      ort.InferenceSession.create(content, {
        executionProviders: device === "webgpu" ? ["webgpu", "wasm"] : ["wasm"],
        graphOptimizationLevel: "all",
        logSeverityLevel: 3,
      }),
    );
  } catch (error) {
    throw new ReaderError(`is no network that can be opened (${messageOf(error).split("\n")[0]})`, {
      where,
      hint: "load the page again; if that does not help, the file on the server is damaged",
    });
  }
  const opened = session;
  return {
    async run(feeds, outputs) {
      /** @type {Record<string, import("onnxruntime-web").Tensor>} */
      const given = {};
      for (const [name, { data, dims }] of Object.entries(feeds)) {
        given[name] = data instanceof Uint8Array
          ? new ort.Tensor("uint8", data, dims)
          : new ort.Tensor("float32", data, dims);
      }
      const found = await inTurn(() => (outputs ? opened.run(given, outputs) : opened.run(given)));
      /** @type {Record<string, Float32Array>} */
      const values = {};
      for (const [name, tensor] of Object.entries(found)) {
        values[name] = /** @type {Float32Array} */ (await tensor.getData());
        tensor.dispose();
      }
      return values;
    },
    close: () => opened.release(),
  };
}
