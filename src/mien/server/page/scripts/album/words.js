// Numbers, dates and names as people read them.

import { labelOf, percent } from "../labels.js";
import { isPhrase, locale, phrase, twoPlaces } from "../words/phrases.js";

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
  const day = date.toLocaleDateString(locale(), {
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
  if (question.similar) return phrase("tile.alike", { score: twoPlaces(score) });
  if (question.only === null) return phrase("tile.score", { score: twoPlaces(score) });
  const said = question.rule === "share" ? `${Math.round(100 * score)} %` : percent(score);
  return phrase("tile.asked", { emotion: labelOf(question.only), score: said });
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
  if (!values.length) return phrase("detail.none-counts");
  const emotion =
    question.only === null ? phrase("detail.mixture") : phrase("detail.asked", { emotion: labelOf(question.only) });
  if (values.length === 1) return phrase(question.rule === "share" ? "detail.one-share" : "detail.one", { emotion });
  const listed = values.length <= 8 ? ` (${values.map(twoPlaces).join("; ")})` : "";
  const key = `detail.${question.rule}`;
  return isPhrase(key) ? phrase(key, { count: values.length, values: listed, emotion }) : "";
}

/**
 * Why a face does not count.
 * @param {AlbumFace} face
 * @param {Question} question
 */
export function asideWords(face, question) {
  const reasons = [];
  if (face.size < question.minSize) reasons.push(phrase("detail.aside-small", { size: Math.round(face.size) }));
  if (face.sharpness < question.minSharpness) {
    reasons.push(phrase("detail.aside-blurred", { value: twoPlaces(face.sharpness) }));
  }
  if (face.brightness !== null && face.brightness < question.minBrightness) {
    reasons.push(phrase("detail.aside-dark", { value: twoPlaces(face.brightness) }));
  }
  if (question.sure && face.unsure) reasons.push(phrase("detail.aside-unsure"));
  return phrase("detail.aside", { reasons: reasons.join("; ") || phrase("detail.aside-filters") });
}

/**
 * "1 face", "3 faces, 2 count".
 * @param {AlbumPhoto} photo
 */
export function facesWords(photo) {
  const count = photo.faces.filter((face) => face.counted).length;
  const faces = phrase("album.faces", { count: photo.faces.length });
  return count === photo.faces.length ? faces : phrase("tile.faces", { faces, count });
}
