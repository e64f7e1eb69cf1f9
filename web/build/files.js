// Files of the package and of onnxruntime-web that are copied as they are.

import { createHash } from "node:crypto";
import { copyFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";

import { readMetadata } from "../reader/onnx_file.js";

const DETECTOR = { near: "blazeface_near.onnx", far: "blazeface_far.onnx", centerface: "centerface.onnx" };
const EXPRESSION = { small: "mien-vgg8-small-robust.onnx", default: "mien-vgg8-robust.onnx" };
const SIGNS = {
  mesh: "face_mesh.onnx",
  blendshapes: "blendshapes.onnx",
  regions: "visible_regions.onnx",
  geometry: "face_geometry.json",
};

/**
 * The networks, their cards as JSON, and the list of them.
 * @param {string} mien - the package
 * @param {string} to
 */
export function copyModels(mien, to) {
  mkdirSync(to, { recursive: true });
  /** @param {Record<string, string>} files */
  const copied = (files) =>
    Object.fromEntries(Object.entries(files).map(([name, file]) => [name, copyModel(`${mien}/weights`, file, to)]));
  const version = /__version__ = "(.*)"/.exec(readFileSync(`${mien}/version.py`, "utf8"))?.[1];
  const list = { mien: version, detector: copied(DETECTOR), expression: copied(EXPRESSION), signs: copied(SIGNS) };
  writeFileSync(`${to}/models.json`, JSON.stringify(list, null, 1));
}

/**
 * @param {string} from
 * @param {string} file
 * @param {string} to
 */
function copyModel(from, file, to) {
  const content = readFileSync(`${from}/${file}`);
  writeFileSync(`${to}/${file}`, content);
  const entry = { file, bytes: content.length, sha256: createHash("sha256").update(content).digest("hex") };
  const text = file.endsWith(".onnx") ? readMetadata(content)["mien.card"] : undefined;
  if (text === undefined) return entry;
  const card = file.replace(/onnx$/, "card.json");
  writeFileSync(`${to}/${card}`, JSON.stringify(JSON.parse(text)));
  return { ...entry, card };
}

const RUNTIME = ["ort-wasm-simd-threaded", "ort-wasm-simd-threaded.asyncify"];

/**
 * onnxruntime-web: for WASM, and for WebGPU.
 * @param {string} web
 * @param {string} to
 */
export function copyRuntime(web, to) {
  mkdirSync(to, { recursive: true });
  for (const name of RUNTIME) {
    for (const kind of ["mjs", "wasm"]) {
      copyFileSync(`${web}/node_modules/onnxruntime-web/dist/${name}.${kind}`, `${to}/${name}.${kind}`);
    }
  }
}

/**
 * Licences of what is in the folder.
 * @param {string} web
 * @param {string} mien
 * @param {string} to
 */
export function copyLicences(web, mien, to) {
  mkdirSync(to, { recursive: true });
  cpSync(`${web}/licences`, to, { recursive: true });
  copyFileSync(`${web}/../LICENSE`, `${to}/mien.txt`);
  copyFileSync(`${mien}/weights/centerface.LICENSE.txt`, `${to}/centerface.txt`);
  copyFileSync(`${mien}/weights/mediapipe.LICENSE.txt`, `${to}/mediapipe.txt`);
}
