// Each stage says of the same pictures what Python says: tests/web/goldens.py.

import assert from "node:assert/strict";
import { test } from "node:test";

import * as ort from "onnxruntime-web";

import { classify } from "../reader/classify.js";
import { cropFace } from "../reader/crop.js";
import { CenterFace } from "../reader/detection/centerface.js";
import { BlazeFace } from "../reader/detection/blazeface.js";
import { readMaps } from "../reader/explaining/maps.js";
import { openNetwork } from "../reader/networks.js";
import { switchedOn } from "../reader/onnx_file.js";
import { interpret, makeInterpretation, readingNames, whyUnsure } from "../reader/reading.js";
import { Stream } from "../reader/stream.js";
import { follow, greyForFlow } from "../reader/tracking/flow.js";
import { assertAlike } from "./alike.js";
import { golden, open, openBlazeFace, openEngine, openExpression, packaged } from "./engines.js";
import { picture } from "./made_pictures.js";

const crops = golden("browser_crop.json");

/** @param {{ pixels: string }} crop */
function pixelsOf({ pixels }) {
  return Buffer.from(pixels, "base64");
}

test("BlazeFace finds the same boxes", async () => {
  const { near, far } = await openBlazeFace();
  const detector = new BlazeFace(near, far);
  for (const { name, picture: recipe, faces } of golden("browser_detect.json")) {
    assertAlike(await detector.detect(picture(recipe)), faces, name);
  }
});

test("CenterFace finds the same boxes", async () => {
  const detector = new CenterFace(await open("centerface.onnx"));
  for (const { name, picture: recipe, faces } of golden("browser_centerface.json")) {
    assertAlike(await detector.detect(picture(recipe)), faces, name);
  }
});

test("faces are cut out alike, to the grey level", async () => {
  const { card } = await openExpression("small");
  for (const { name, detection, pixels } of crops) {
    const ours = cropFace(picture({ width: 0, height: 0 }), detection, card).data;
    const theirs = Buffer.from(pixels, "base64");
    const off = theirs.map((value, at) => Math.abs(value - ours[at]));
    assert.equal(ours.length, theirs.length, name);
    assert.ok(Math.max(...off) <= 1, `${name}: off by ${Math.max(...off)} of 255`);
    const many = off.filter((value) => value > 0).length;
    assert.ok(many <= theirs.length / 100, `${name}: ${many} pixels differ`);
  }
});

for (const { model, heads, readings } of golden("browser_classify.json")) {
  test(`the ${model} model and its readings say the same`, async () => {
    const { expression, card } = await openExpression(model);
    const given = new Uint8Array(Buffer.concat(crops.map(pixelsOf)));
    const found = await classify(expression, card, given, crops.length, true);
    for (const [head, rows] of Object.entries(heads)) {
      assertAlike([...found.straight[head]], rows.flat(), head);
    }
    assert.deepEqual(readingNames(card), Object.keys(readings));
    for (const [name, theirs] of Object.entries(readings)) {
      const how = makeInterpretation(card, name);
      const read = interpret(how, found);
      assertAlike(read.map(({ probabilities }) => probabilities), theirs.probabilities, name);
      assert.deepEqual(read.map((each) => whyUnsure(how, each)), theirs.unsure_because, name);
      assertAlike(read.map(({ doubts }) => doubts), theirs.doubts, `${name} doubts`, 5e-3);
    }
  });
}

test("maps show the same places", async () => {
  const { card } = await openExpression("small");
  const content = switchedOn(packaged("mien-vgg8-small-robust.onnx"), "maps_wanted");
  assert.ok(content);
  const network = await openNetwork(ort, content, "with maps", "wasm");
  const given = new Uint8Array(Buffer.concat(crops.map(pixelsOf)));
  assertAlike(await readMaps(network, card, given, crops.length), golden("browser_maps.json"), "maps", 5e-3);
});

test("faces are followed alike from one picture to the next", () => {
  for (const { name, pictures, face, moved } of golden("browser_flow.json")) {
    const [before, now] = pictures.map(picture).map(greyForFlow);
    assertAlike(follow(before, now, face), moved, name);
  }
});

test("whole pictures give the same JSON", async () => {
  const engine = await openEngine();
  for (const { name, picture: recipe, frame } of golden("browser_frame.json")) {
    assertAlike(await engine.read(picture(recipe)), frame, name);
  }
});

test("a clip gives the same words and track numbers", async () => {
  const stream = new Stream(await openEngine());
  for (const { time, picture: recipe, frame } of golden("browser_stream.json")) {
    assertAlike(await stream.read(picture(recipe), time), frame, `at ${time} s`);
  }
});
