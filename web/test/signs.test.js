// What is visible in faces is told as Python tells it.

import assert from "node:assert/strict";
import { test } from "node:test";

import { eyesOpen, gazeOf, irisWidth } from "../reader/signs/eyes.js";
import { placeMeanFace } from "../reader/signs/geometry.js";
import { RestingFace } from "../reader/signs/rest.js";
import { signsOf } from "../reader/signs/words.js";
import { Stream } from "../reader/stream.js";
import { assertAlike } from "./alike.js";
import { golden, meanFace, openEngine } from "./engines.js";
import { picture } from "./made_pictures.js";

test("blendshapes, head and gaze become the same words", () => {
  for (const [number, given] of golden("browser_signs_words.json").entries()) {
    const [yaw, pitch, roll] = given.head;
    const gaze = given.gaze && { yaw: given.gaze[0], pitch: given.gaze[1] };
    const told = signsOf(given.blendshapes, { yaw, pitch, roll }, gaze, given.rest);
    assertAlike(told, given.signs, `face ${number}`);
  }
});

test("heads, eyes and irises of meshes are measured alike", () => {
  const mean = meanFace();
  for (const [number, { points, ...theirs }] of golden("browser_signs_pose.json").entries()) {
    const placement = placeMeanFace(mean, points);
    const { head, scale } = placement;
    const gaze = gazeOf(points, placement);
    const open = eyesOpen(points);
    const ours = {
      head: [head.yaw, head.pitch, head.roll],
      scale,
      gaze: [gaze.yaw, gaze.pitch],
      eyes_open: [open.left, open.right],
      iris: irisWidth(points, head),
    };
    assertAlike(ours, theirs, `mesh ${number}`, 0.02);
  }
});

test("whole pictures give the same signs", async () => {
  const engine = await openEngine();
  for (const { name, picture: recipe, frame } of golden("browser_signs.json")) {
    assertAlike(await engine.read(picture(recipe), { signs: true }), frame, name);
  }
});

test("what a face shows all along becomes its rest", () => {
  const rest = new RestingFace();
  for (let frame = 0; frame < 24; frame += 1) rest.see({ frown: 0.3, smile: frame % 4 ? 0.9 : 0.1 }, frame / 4);
  assert.deepEqual(rest.blendshapes, {});
  rest.see({ frown: 0.3, smile: 0.9 }, 5.9); // Too soon after the last.
  assert.deepEqual(rest.blendshapes, {});
  rest.see({ frown: 0.3, smile: 0.9 }, 6);
  // No more than a half is taken for rest: who smiles all along is still smiling.
  assert.deepEqual(rest.blendshapes, { frown: 0.3, smile: 0.5 });
});

test("in a video signs are looked at a few times a second, and stay between", async () => {
  const engine = await openEngine();
  const reader = engine.networks.signs;
  assert.ok(reader);
  let looks = 0;
  const tell = reader.tell.bind(reader);
  reader.tell = (...given) => {
    looks += 1;
    return tell(...given);
  };
  const stream = new Stream(engine);
  const { picture: recipe } = golden("browser_stream.json")[0];
  for (const time of [0, 0.05, 0.1, 0.15, 0.25]) {
    const { faces } = await stream.read(picture(recipe), time, { signs: true });
    assert.deepEqual(faces.map(({ signs }) => signs?.signs[0].name), ["smile", "smile"]);
  }
  assert.equal(looks, 2);
});
