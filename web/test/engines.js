// The reader's engine in Node, on onnxruntime-web's WASM and the files of the package.

import { readFileSync } from "node:fs";

import * as ort from "onnxruntime-web";

import { packageFolder } from "../build/package_folder.js";
import { parseCard } from "../reader/card.js";
import { Engine } from "../reader/engine.js";
import { openNetwork } from "../reader/networks.js";
import { readMetadata } from "../reader/onnx_file.js";
import { SignsReader } from "../reader/signs/signs_reader.js";

ort.env.wasm.numThreads = 1;

/** @param {string} name */
export function packaged(name) {
  return new Uint8Array(readFileSync(`${packageFolder()}/weights/${name}`));
}

/** @param {string} name */
export function open(name) {
  return openNetwork(ort, packaged(name), name, "wasm");
}

const MODELS = { small: "mien-vgg8-small-robust.onnx", default: "mien-vgg8-robust.onnx" };

/** @param {"small" | "default"} model */
export async function openExpression(model) {
  const file = MODELS[model];
  const card = parseCard(JSON.parse(readMetadata(packaged(file))["mien.card"]), file);
  return { expression: await open(file), card };
}

export async function openBlazeFace() {
  return { near: await open("blazeface_near.onnx"), far: await open("blazeface_far.onnx") };
}

/** @returns {import("../reader/signs/geometry.js").MeanFace} */
export function meanFace() {
  return JSON.parse(new TextDecoder().decode(packaged("face_geometry.json")));
}

async function openSigns() {
  return new SignsReader({
    mesh: await open("face_mesh.onnx"),
    blendshapes: await open("blendshapes.onnx"),
    regions: await open("visible_regions.onnx"),
    mean: meanFace(),
  });
}

/** @returns {Promise<Engine>} with the small model */
export async function openEngine() {
  const networks = { ...(await openBlazeFace()), ...(await openExpression("small")) };
  return new Engine({ ...networks, signs: await openSigns() });
}

/**
 * What Python said.
 * @param {string} name
 */
export function golden(name) {
  return JSON.parse(readFileSync(new URL(`../../tests/golden/${name}`, import.meta.url), "utf8"));
}
