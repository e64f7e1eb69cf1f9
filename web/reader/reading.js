// Readings: how the outputs of a model become the probabilities and the word that are shown.

import { ReaderError } from "./errors.js";

/** @import { Legibility, ModelCard, Trust } from "./card.js" */
/** @import { Classified } from "./classify.js" */

/** Why a face is *unsure*: it shows no face that can be read, or no word is likely enough. */
export const ILLEGIBLE = "illegible";
export const UNDECIDED = "undecided";

/** Probabilities are raised to this before the logarithm. */
const LEAST = 1e-6;

/**
 * What is read of one face.
 * @typedef {object} Reading
 * @property {number[]} probabilities - of the labels of the model's first head; they sum to 1
 * @property {readonly [number, number, number]} doubts - by how much the heads disagree and by how
 *   much the crop and its mirror image do (Jensen-Shannon divergences, 0 to the logarithm of how many
 *   are compared), and the score of legibility; 0 for what the reading does not look at
 */

/**
 * One reading of one model.
 * @typedef {object} Interpretation
 * @property {string} name
 * @property {string[]} labels
 * @property {[string, number][]} weights - heads, and their shares in the mean of log probabilities
 * @property {Record<string, number[]>} columns - by head, where its output has each label
 * @property {boolean} mirrored
 * @property {number[] | null} factors
 * @property {number} unsureBelow
 * @property {Trust | null} trust
 * @property {Legibility | null} legibility
 */

/**
 * The readings of a model, its default first.
 * @param {ModelCard} card
 */
export function readingNames(card) {
  const own = Object.keys(card.readings);
  return [...own, Object.keys(card.heads)[0], ...(card.balanced ? ["balanced"] : [])];
}

/**
 * The reading of this name; the model's default where none is named.
 * @param {ModelCard} card
 * @param {string} [name]
 * @returns {Interpretation}
 */
export function makeInterpretation(card, name) {
  const names = readingNames(card);
  const chosen = name ?? names[0];
  if (!names.includes(chosen)) {
    throw new ReaderError(`${card.name} has no reading “${chosen}”`, { hint: `one of ${names.join(", ")}` });
  }
  const main = Object.keys(card.heads)[0];
  const { labels } = card.heads[main];
  const found = card.readings[chosen];
  const balanced = chosen === "balanced" && !found ? card.balanced : null;
  const weights = Object.entries(found ? found.weights : { [main]: 1 });
  return {
    name: chosen,
    labels,
    weights,
    columns: Object.fromEntries(weights.map(([head]) => [head, columnsOf(card, head, labels)])),
    mirrored: found?.mirrored ?? false,
    factors: balanced?.factors ?? null,
    unsureBelow: balanced?.unsure_below ?? card.unsure_below,
    trust: found?.trust ?? null,
    legibility: found ? card.legibility : null,
  };
}

/**
 * @param {ModelCard} card
 * @param {string} head
 * @param {string[]} labels
 */
function columnsOf(card, head, labels) {
  const has = card.heads[head]?.labels;
  const missing = labels.filter((label) => !has?.includes(label));
  if (missing.length) {
    throw new ReaderError(`a reading of ${card.name} wants ${missing.join(", ")} of the head “${head}”`);
  }
  return labels.map((label) => has.indexOf(label));
}

/**
 * Put the heads together, face by face.
 * @param {Interpretation} how
 * @param {Classified} found
 * @returns {Reading[]}
 */
export function interpret(how, found) {
  return Array.from({ length: found.count }, (_, face) => interpretFace(how, found, face));
}

/**
 * @param {Interpretation} how
 * @param {Classified} found
 * @param {number} face
 * @returns {Reading}
 */
function interpretFace(how, found, face) {
  const one = sharesOf(how, found.straight, face, found.count);
  let both = one;
  let [heads, mirror, legible] = [0, 0, 0];
  if (found.mirrored && how.mirrored) {
    const other = sharesOf(how, found.mirrored, face, found.count);
    both = one.map((shares, at) => shares.map((share, label) => (share + other[at][label]) / 2));
    mirror = divergence(joined(how, one), joined(how, other));
  }
  if (both.length > 1) heads = divergence(...both);
  if (how.legibility && found.embeddings) {
    const { weights, intercept } = how.legibility;
    const from = face * weights.length;
    const { embeddings } = found;
    legible = weights.reduce((sum, weight, at) => sum + weight * embeddings[from + at], intercept);
  }
  return { probabilities: joined(how, both), doubts: [heads, mirror, legible] };
}

/**
 * By head, in the order of the weights, its probabilities of the labels; each sums to 1.
 * @param {Interpretation} how
 * @param {Record<string, Float32Array>} byHead
 * @param {number} face
 * @param {number} count
 */
function sharesOf(how, byHead, face, count) {
  return how.weights.map(([head]) => {
    const width = byHead[head].length / count;
    const shares = how.columns[head].map((column) => byHead[head][face * width + column]);
    const sum = Math.max(LEAST, shares.reduce((total, share) => total + share, 0));
    return shares.map((share) => share / sum);
  });
}

/**
 * @param {Interpretation} how
 * @param {number[][]} shares - by head
 * @returns {number[]}
 */
function joined({ weights, factors, labels }, shares) {
  if (!factors && shares.length === 1) return shares[0];
  const logs = labels.map((_, label) =>
    weights.reduce(
      (sum, [, weight], at) => sum + weight * Math.log(Math.max(LEAST, shares[at][label])),
      factors ? Math.log(factors[label]) : 0,
    ),
  );
  const most = Math.max(...logs);
  const raised = logs.map((log) => Math.exp(log - most));
  const sum = raised.reduce((total, each) => total + each, 0);
  return raised.map((each) => each / sum);
}

/**
 * Jensen-Shannon divergence of two or more (Lin 1991), in nats: 0 to the logarithm of how many there are.
 * @param {...number[]} opinions
 */
export function divergence(...opinions) {
  let sum = 0;
  opinions[0].forEach((_, at) => {
    const mean = opinions.reduce((total, shares) => total + shares[at], 0) / opinions.length;
    const middle = Math.log(Math.max(LEAST, mean));
    for (const shares of opinions) sum += shares[at] * (Math.log(Math.max(LEAST, shares[at])) - middle);
  });
  return Math.max(0, sum / opinions.length);
}

/**
 * How likely the top label is right, 0 to 1: by the reading's `trust`, else its probability.
 * @param {Interpretation} how
 * @param {Reading} reading
 */
export function trustIn({ trust }, { probabilities, doubts }) {
  const [second, top] = [...probabilities].sort((a, b) => a - b).slice(-2);
  if (!trust) return top;
  const bounded = Math.max(1e-4, Math.min(1 - 1e-4, top));
  const odds =
    trust.intercept +
    trust.top * Math.log(bounded / (1 - bounded)) +
    trust.margin * (top - second) +
    trust.heads * doubts[0] +
    trust.mirror * doubts[1];
  return 1 / (1 + Math.exp(-odds));
}

/**
 * Why a face is unsure; null where its word is said.
 * @param {Interpretation} how
 * @param {Reading} reading
 * @param {number} [margin] - what the trust has to be above its threshold
 * @returns {typeof ILLEGIBLE | typeof UNDECIDED | null}
 */
export function whyUnsure(how, reading, margin = 0) {
  if (how.legibility && reading.doubts[2] < how.legibility.below) return ILLEGIBLE;
  const from = how.trust ? how.trust.below : how.unsureBelow;
  return trustIn(how, reading) < Math.min(from + margin, 1) ? UNDECIDED : null;
}

/**
 * A reading moved by a share, 0 to 1, of the way to another.
 * @param {Reading} from
 * @param {Reading} to
 * @param {number} share
 * @returns {Reading}
 */
export function towards(from, to, share) {
  const [a, b, c] = from.doubts.map((doubt, at) => doubt + share * (to.doubts[at] - doubt));
  return {
    probabilities: from.probabilities.map((value, at) => value + share * (to.probabilities[at] - value)),
    doubts: [a, b, c],
  };
}
