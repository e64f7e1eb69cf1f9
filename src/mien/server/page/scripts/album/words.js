// Numbers, dates and names as people read them.

import { percent } from "../labels.js";

/** @import { AlbumFace, AlbumPhoto } from "../answers.js" */

/**
 * What the words of an answer hang on: the only emotion that is wanted or null, the first of the
 * wanted ones, how faces make a photo's score, and the filters.
 * @typedef {object} Question
 * @property {string | null} only
 * @property {string | null} first
 * @property {string} rule - mean, min, any or share
 * @property {number} minSize
 * @property {number} minSharpness
 * @property {number} minBrightness
 * @property {number} leastScore - what has less is weak
 * @property {boolean} sure
 * @property {boolean} similar - whether it is photos like another one
 */

/**
 * "1 photo", "1,204 photos".
 * @param {number} number
 * @param {string} thing
 */
export function counted(number, thing) {
  return `${number.toLocaleString("en-GB")} ${thing}${number === 1 ? "" : "s"}`;
}

/**
 * The last part of a path.
 * @param {string} path
 */
export function nameOf(path) {
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}

/**
 * "8 Nov 2020", or with the time "8 Nov 2020, 12:34"; the camera's own clock.
 * @param {string | null} taken - ISO 8601
 * @param {boolean} [withTime]
 */
export function dateOf(taken, withTime = false) {
  if (!taken) return "";
  const date = new Date(`${taken.slice(0, 19)}Z`);
  const day = date.toLocaleDateString("en-GB", {
    day: "numeric",
    month: "short",
    year: "numeric",
    timeZone: "UTC",
  });
  return withTime ? `${day}, ${taken.slice(11, 16)}` : day;
}

/**
 * A score in words: "happy 97 %" for one emotion, "score 0.87" for a mixture or a similarity.
 * @param {number} score
 * @param {Question} question
 */
export function scoreWords(score, question) {
  if (question.similar) return `alike ${score.toFixed(2)}`;
  if (question.only === null) return `score ${score.toFixed(2)}`;
  return `${question.only} ${question.rule === "share" ? `${Math.round(100 * score)} %` : percent(score)}`;
}

/**
 * What the faces that count show by their own words, the most frequent first.
 * @param {AlbumPhoto} photo
 */
export function ownWords(photo) {
  const counts = photo.faces.filter((face) => face.counted);
  /** @type {Map<string, number>} */
  const numbers = new Map();
  for (const { label } of counts.length ? counts : photo.faces) numbers.set(label, (numbers.get(label) ?? 0) + 1);
  return [...numbers.keys()].sort((one, other) => (numbers.get(other) ?? 0) - (numbers.get(one) ?? 0));
}

/**
 * How the score came about, as a sentence.
 * @param {AlbumPhoto} photo
 * @param {Question} question
 */
export function reasonWords(photo, question) {
  const values = photo.faces.filter((face) => face.counted).map((face) => face.value);
  if (!values.length) return "None of its faces counts for this question.";
  const wanted = question.only ?? "the wanted mixture";
  const listed = values.length > 1 && values.length <= 8 ? ` (${values.map(two).join(", ")})` : "";
  if (values.length === 1) {
    return question.rule === "share"
      ? `One face counts; the score says whether it shows ${wanted} first.`
      : `One face counts, and the score is its value for ${wanted}.`;
  }
  /** @type {Record<string, string>} */
  const rules = {
    mean: `the mean over the ${values.length} faces that count${listed}`,
    min: `the least of the ${values.length} faces that count${listed}`,
    any: `the highest of the ${values.length} faces that count${listed}`,
    share: `the share of the ${values.length} faces that count that show ${wanted} first`,
  };
  return `The score is ${rules[question.rule]}.`;
}

/**
 * Why a face does not count.
 * @param {AlbumFace} face
 * @param {Question} question
 */
export function asideWords(face, question) {
  const reasons = [];
  if (face.size < question.minSize) reasons.push(`small, ${Math.round(face.size)} pixels`);
  if (face.sharpness < question.minSharpness) reasons.push(`blurred, ${two(face.sharpness)}`);
  if (face.brightness !== null && face.brightness < question.minBrightness) reasons.push(`dark, ${two(face.brightness)}`);
  if (question.sure && face.unsure) reasons.push("the model is unsure");
  return `Does not count: ${reasons.join("; ") || "see the filters"}.`;
}

/**
 * "1 face", "3 faces, 2 count".
 * @param {AlbumPhoto} photo
 */
export function facesWords(photo) {
  const counts = photo.faces.filter((face) => face.counted).length;
  const all = counted(photo.faces.length, "face");
  return counts === photo.faces.length ? all : `${all}, ${counts} count${counts === 1 ? "s" : ""}`;
}

/** @param {number} value */
function two(value) {
  return value.toFixed(2);
}
