// What the model in use can't do, from its own card, and where the pictures go.

import { byId, setText } from "./elements.js";
import { askForToken } from "./token.js";

const HERE = ["localhost", "127.0.0.1", "[::1]"];
const NEEDS_TOKEN = 401;
const SPLITS = ["PrivateTest", "PublicTest"];

/** @import { ModelAnswer, Score } from "./answers.js" */

/** Fill the part on limits with the numbers of the default model; asks for a token if need be. */
export async function showLimits() {
  /** @type {ModelAnswer[]} */
  let models;
  try {
    const response = await fetch("v1/models");
    if (response.status === NEEDS_TOKEN) {
      askForToken(showLimits);
      return;
    }
    ({ models } = await response.json());
  } catch {
    return; // The page says without numbers that it is often wrong.
  }
  const model = models.find((one) => one.default) ?? models[0];
  const accuracy = findScore(model, "accuracy");
  if (accuracy) {
    const count = accuracy.n.toLocaleString("en-GB");
    fillPoint(
      "accuracy",
      "It is often wrong.",
      `On ${count} test faces (FER2013) it chose the same word as the people who labelled them for ` +
        `${hundredths(accuracy)} of 100. On your camera it may do worse.`,
    );
  }
  const answered = findScore(model, "share answered");
  const right = findScore(model, "accuracy when answered");
  if (answered && right) {
    fillPoint(
      "answered",
      "“Unsure” is an answer.",
      `When the signs are weak, Mien says “maybe …”. On the test faces it was sure of ` +
        `${hundredths(answered)} of 100, and right for ${hundredths(right)} of 100 of those.`,
    );
  }
  if (!model.labels.includes("fear") && !model.labels.includes("disgust")) {
    fillPoint("weakest", "Some faces are read worse:", "small, dark, turned or partly hidden ones.");
  }
  setText(byId("model-words"), `The model in use: ${model.name} (${model.summary}).`);
}

/** Say truthfully where pictures go: this computer, or the one that serves the page. */
export function showWhere() {
  if (HERE.includes(location.hostname)) return;
  const host = location.host;
  setText(byId("camera-where"), `Its pictures go to ${host} to be read, nowhere else. Nothing is kept.`);
  setText(byId("photo-where"), `They are sent to ${host} to be read, and not kept.`);
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
  return String(Math.round(100 * value));
}

/**
 * @param {string} id
 * @param {string} title
 * @param {string} words
 */
function fillPoint(id, title, words) {
  const strong = document.createElement("b");
  strong.textContent = title;
  byId(id).replaceChildren(strong, ` ${words}`);
}
