// Which face comes next: a drawn one, or one from pictures that the person chose.

import { element, penOf } from "../elements.js";
import { engine } from "../engine/engine.js";
import { drawFace } from "../faces/drawn.js";
import { poseOf } from "../faces/expressions.js";
import { LOOKS } from "../faces/looks.js";
import { sentencesOf } from "../words/visible.js";
import { strengthFor } from "./progress.js";
import { alikeTo, PRACTISED, tellsOf } from "./tells.js";

/** @import { FaceAnswer } from "../answers.js" */
/**
 * @typedef {object} Question
 * @property {Element} picture
 * @property {string} label - what it shows
 * @property {string[]} choices
 * @property {() => string[]} tells - what tells it, in words
 * @property {number | null} look - of a drawn face
 */

const CHOICES = 4;
const CROP = 320;
const AROUND = 0.5;

let last = "";

/**
 * A drawn face of somebody, not the expression that was asked for last.
 * @returns {Question}
 */
export function drawnQuestion() {
  const label = anyOf(PRACTISED.filter((one) => one !== last));
  last = label;
  const look = Math.floor(Math.random() * LOOKS.length);
  const picture = drawFace(poseOf(label, strengthFor(label)), LOOKS[look]);
  return { picture, label, choices: choicesFor(label), tells: () => tellsOf(label), look };
}

/**
 * The faces of a picture that Mien is sure of.
 * @param {File} file
 * @returns {Promise<Question[]>}
 * @throws {Error} with words for people
 */
export async function ownQuestions(file) {
  const [answer, bitmap] = await Promise.all([engine.readPhoto(file), createImageBitmap(file)]);
  const sure = answer.faces.filter(({ unsure, label }) => !unsure && PRACTISED.includes(label));
  const questions = sure.map((face) => ({
    picture: cropOf(bitmap, face, bitmap.width / answer.width),
    label: face.label,
    choices: choicesFor(face.label),
    tells: () => sentencesOf(face.signs),
    look: null,
  }));
  bitmap.close();
  return questions;
}

/**
 * The right one among those that it is mistaken for, in any order.
 * @param {string} label
 */
function choicesFor(label) {
  return shuffled([label, ...alikeTo(label).slice(0, CHOICES - 1)]);
}

/**
 * @param {ImageBitmap} bitmap
 * @param {FaceAnswer} face
 * @param {number} scale - px of the bitmap for one of the answer
 */
function cropOf(bitmap, { xyxy: [left, top, right, bottom] }, scale) {
  const side = Math.max(right - left, bottom - top) * (1 + AROUND) * scale;
  const [x, y] = [((left + right) * scale - side) / 2, ((top + bottom) * scale - side) / 2];
  const canvas = element("canvas", { width: CROP, height: CROP });
  penOf(canvas).drawImage(bitmap, x, y, side, side, 0, 0, CROP, CROP);
  return canvas;
}

/**
 * @template T
 * @param {T[]} values
 */
function anyOf(values) {
  return values[Math.floor(Math.random() * values.length)];
}

/**
 * @template T
 * @param {T[]} values
 */
function shuffled(values) {
  return values
    .map((value) => ({ value, at: Math.random() }))
    .sort((one, other) => one.at - other.at)
    .map(({ value }) => value);
}
