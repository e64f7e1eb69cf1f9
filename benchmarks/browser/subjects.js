// What is measured: each opens once, then reads a canvas, and says how many faces it read.
//
// All on WASM with SIMD and one thread, which a page has that is not cross-origin isolated.

const MODULES = "node_modules";

/** @typedef {{ name: string, read: (canvas: HTMLCanvasElement) => Promise<string[]> }} Subject */

/** @returns {Promise<Subject>} */
async function mien(name, options = {}) {
  const { createReader } = await import("/reader/index.js");
  const reader = await createReader({ folder: "/reader/", device: "wasm", ...options });
  const stream = reader.follow();
  return {
    name,
    async read(canvas) {
      const { faces } = await stream.read(canvas, performance.now() / 1000);
      return faces.map(({ track }) => track.top_emotion);
    },
  };
}

/** @returns {Promise<Subject>} */
async function human(name, options = {}) {
  const { Human } = await import(`./${MODULES}/@vladmandic/human/dist/human.esm.js`);
  const off = { enabled: false };
  const reader = new Human({
    backend: "wasm",
    wasmPath: `/benchmark/${MODULES}/@tensorflow/tfjs-backend-wasm/wasm-out/`,
    modelBasePath: `/benchmark/${MODULES}/@vladmandic/human/models/`,
    debug: false,
    filter: off,
    face: { enabled: true, mesh: off, iris: off, description: off, emotion: { enabled: true } },
    body: off,
    hand: off,
    object: off,
    gesture: off,
    segmentation: off,
    ...options,
  });
  await reader.load();
  await reader.tf.ready();
  if (reader.tf.getBackend() !== "wasm") throw new Error(`human runs on ${reader.tf.getBackend()}`);
  return {
    name,
    async read(canvas) {
      const { face } = await reader.detect(canvas);
      return face.map(({ emotion }) => emotion?.[0]?.emotion ?? "none");
    },
  };
}

/** @returns {Promise<Subject>} */
async function faceApi(name) {
  const api = await import(`./${MODULES}/@vladmandic/face-api/dist/face-api.esm.js`);
  api.tf.setWasmPaths(`/benchmark/${MODULES}/@tensorflow/tfjs-backend-wasm/wasm-out/`);
  await api.tf.setBackend("wasm");
  await api.tf.ready();
  if (api.tf.getBackend() !== "wasm") throw new Error(`face-api runs on ${api.tf.getBackend()}`);
  const models = `/benchmark/${MODULES}/@vladmandic/face-api/model`;
  await api.nets.tinyFaceDetector.loadFromUri(models);
  await api.nets.faceExpressionNet.loadFromUri(models);
  const options = new api.TinyFaceDetectorOptions();
  return {
    name,
    async read(canvas) {
      const faces = await api.detectAllFaces(canvas, options).withFaceExpressions();
      return faces.map(({ expressions }) => expressions.asSortedArray()[0].expression);
    },
  };
}

export const SUBJECTS = {
  mien: () => mien("Mien, small model"),
  "mien-default": () => mien("Mien, default model", { model: "default" }),
  // Its own way of saving time is to keep what it said of earlier frames; 0 switches that off.
  human: () => human("human 3.3.6: detector and emotion", { cacheSensitivity: 0 }),
  "face-api": () => faceApi("face-api 1.7.15: tiny detector and expressions"),
};
