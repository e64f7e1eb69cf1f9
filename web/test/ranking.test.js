// Which photos answer a question, best first.

import assert from "node:assert/strict";
import { test } from "node:test";

import { ownLabels, rank } from "../page/photos/ranking.js";

/**
 * @param {string} path
 * @param {...[label: string, happy: number]} faces
 */
function photo(path, ...faces) {
  return {
    path,
    size: 1,
    modified: 1,
    model: "m",
    width: 9,
    height: 9,
    faces: faces.map(([label, happy]) => ({
      box: /** @type {[number, number, number, number]} */ ([0, 0, 9, 9]),
      probabilities: { happy, sad: 1 - happy },
      label,
      unsure: label === "unsure",
    })),
  };
}

const PHOTOS = [
  photo("d/two", ["happy", 0.9], ["sad", 0.1]),
  photo("d/b", ["happy", 0.75]),
  photo("d/a", ["happy", 0.75]),
  photo("d/nobody"),
  photo("d/sad", ["sad", 0.125]),
];

test("a photo scores the mean over its faces; equals are in order of their paths", () => {
  const { ranked, below } = rank(PHOTOS, "happy", 0.2);
  assert.deepEqual(
    ranked.map(({ photo: { path }, score }) => [path, score]),
    [
      ["d/a", 0.75],
      ["d/b", 0.75],
      ["d/two", 0.5],
    ],
  );
  assert.equal(below, 1);
});

test("without a floor all photos with faces are there, also for words that the model has not", () => {
  assert.equal(rank(PHOTOS, "happy", 0).ranked.length, 4);
  assert.equal(rank(PHOTOS, "contempt", 0.2).below, 4);
});

test("own words come by how many faces show them", () => {
  assert.deepEqual(ownLabels(photo("x", ["unsure", 0.5], ["happy", 0.9], ["happy", 0.8])), ["happy", "unsure"]);
});
