// What the model in use can't do, from its own card, and where the pictures go.

import { byId } from "./elements.js";
import { engine } from "./engine/engine.js";
import { setPhrase } from "./words/phrases.js";

const SPLITS = ["PrivateTest", "PublicTest"];

/** @import { ModelAnswer, Score } from "./answers.js" */

/** Fill the part on limits with the numbers of the default model. */
export async function showLimits() {
  /** @type {ModelAnswer[]} */
  let models;
  try {
    models = await engine.models();
  } catch {
    return; // The page says without numbers that it is often wrong.
  }
  const model = models.find((one) => one.default) ?? models[0];
  const accuracy = findScore(model, "accuracy");
  if (accuracy) {
    setPhrase(byId("accuracy"), "limits.wrong-means", {
      faces: accuracy.n,
      right: hundredths(accuracy),
    });
  }
  const answered = findScore(model, "share answered");
  const right = findScore(model, "accuracy when answered");
  if (answered && right) {
    setPhrase(byId("answered"), "limits.unsure-measured", {
      answered: hundredths(answered),
      right: hundredths(right),
    });
  }
  if (!model.labels.includes("fear") && !model.labels.includes("disgust")) {
    setPhrase(byId("weakest-title"), "limits.some");
    setPhrase(byId("weakest"), "limits.some-means");
  }
  setPhrase(byId("model-words"), "limits.model", { name: model.name, summary: model.summary });
}

/** Say truthfully where pictures go: this computer, or the one that serves the page. */
export function showWhere() {
  byId("album-link").hidden = !engine.hasAlbum;
  byId("tab-film").hidden = engine.videos === null;
  if (engine.place === null) return;
  setPhrase(byId("camera-where"), "camera.there", { host: engine.place });
  setPhrase(byId("photo-where"), "photo.there", { host: engine.place });
}

/**
 * @param {ModelAnswer} model
 * @param {string} metric
 */
function findScore({ scores }, metric) {
  const fits = (scores ?? []).filter((one) => one.metric === metric && one.rule === "all");
  return SPLITS.map((split) => fits.find((one) => one.split === split)).find(Boolean);
}

/** @param {Score} score */
function hundredths({ value }) {
  return Math.round(100 * value);
}
