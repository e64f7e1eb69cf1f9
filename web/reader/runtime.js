// Which form of onnxruntime-web runs here: on the graphics processor, or as WASM, with threads where
// the page is cross-origin isolated.

/** @import { OnnxRuntime } from "./networks.js" */
/** @import { Device } from "./types.js" */

/** Threads help small networks little, and a phone needs its other cores. */
const MOST_THREADS = 4;

/** @typedef {{ ort: OnnxRuntime, device: Device, threads: number }} Runtime */

/**
 * @param {URL} folder - where the files of onnxruntime-web lie
 * @param {"auto" | Device} wanted
 * @param {number} [threads] - chosen by the machine where it is not given
 * @returns {Promise<Runtime>}
 */
export async function openRuntime(folder, wanted, threads = usualThreads()) {
  const device = wanted === "auto" ? ((await hasGraphics()) ? "webgpu" : "wasm") : wanted;
  const file = device === "webgpu" ? "ort-wasm-simd-threaded.asyncify" : "ort-wasm-simd-threaded";
  const ort = /** @type {OnnxRuntime} */ (
    device === "webgpu" ? await import("onnxruntime-web/webgpu") : await import("onnxruntime-web/wasm")
  );
  const possible = globalThis.crossOriginIsolated ? Math.max(1, Math.min(threads, MOST_THREADS)) : 1;
  ort.env.wasm.numThreads = possible;
  ort.env.wasm.wasmPaths = {
    mjs: new URL(`${file}.mjs`, folder).href,
    wasm: new URL(`${file}.wasm`, folder).href,
  };
  ort.env.logLevel = "error";
  return { ort, device, threads: possible };
}

function usualThreads() {
  return Math.ceil((globalThis.navigator?.hardwareConcurrency ?? 1) / 2);
}

/** Whether there is a graphics processor that is one: software that plays one is slower than WASM. */
async function hasGraphics() {
  /** @type {any} */
  const { gpu } = globalThis.navigator ?? {};
  try {
    const adapter = await gpu?.requestAdapter();
    return Boolean(adapter) && !(adapter.isFallbackAdapter ?? adapter.info?.isFallbackAdapter);
  } catch {
    return false;
  }
}
