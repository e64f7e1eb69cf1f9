// Which photos answer a question, best first.

/** @import { KeptPhoto } from "./kept_index.js" */

/** @typedef {{ photo: KeptPhoto, score: number }} Ranked */

// Both as in the album of the installed Mien; a test compares them.

/** What scores less is shown faded. */
export const WEAK = 0.5;
/** What scores less hardly shows it, and is shown only when asked for. */
export const FLOOR = 0.2;

/**
 * Photos with faces by how much they show an expression: the mean over their faces, 0 to 1.
 * @param {Iterable<KeptPhoto>} photos
 * @param {string} label
 * @param {number} floor - least score
 * @returns {{ ranked: Ranked[], below: number }} best first; `below` is how many scored less than the floor
 */
export function rank(photos, label, floor) {
  /** @type {Ranked[]} */
  const ranked = [];
  let below = 0;
  for (const photo of photos) {
    if (!photo.faces.length) continue;
    const score = scoreOf(photo, label);
    if (score >= floor) ranked.push({ photo, score });
    else below += 1;
  }
  ranked.sort((one, other) => other.score - one.score || (one.photo.path < other.photo.path ? -1 : 1));
  return { ranked, below };
}

/**
 * @param {KeptPhoto} photo - with faces
 * @param {string} label
 */
function scoreOf({ faces }, label) {
  return faces.reduce((sum, face) => sum + (face.probabilities[label] ?? 0), 0) / faces.length;
}

/**
 * What the faces show by their own words, the most frequent first.
 * @param {KeptPhoto} photo
 */
export function ownLabels({ faces }) {
  /** @type {Map<string, number>} */
  const numbers = new Map();
  for (const { label } of faces) numbers.set(label, (numbers.get(label) ?? 0) + 1);
  return [...numbers].sort((one, other) => other[1] - one[1]).map(([label]) => label);
}
