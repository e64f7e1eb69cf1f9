// Where in a face the model sees what speaks for each expression: class activation maps.

/** @import { ModelCard } from "../card.js" */
/** @import { Network } from "../networks.js" */

/** Rows and columns of a map, which cover the crop. */
const SIDE = 12;

/** @typedef {Record<string, number[][]>} Maps - by expression, rows of 0 to 1 */

/**
 * The maps of crops, one face after the other. Each is 1 at the place that speaks for its expression
 * most; strengths of different maps cannot be compared.
 * @param {Network} network - the expression model with its maps switched on
 * @param {ModelCard} card
 * @param {Uint8Array} crops - `count` of the card's size
 * @param {number} count
 * @returns {Promise<Maps[]>}
 */
export async function readMaps(network, card, crops, count) {
  const { input_height: height, input_width: width, colour, activation_maps: about } = card;
  const shape = [height, width, ...(colour === "rgb" ? [3] : [])];
  const found = await network.run({ faces: { data: crops, dims: [count, ...shape] } }, ["activation_maps"]);
  const { labels } = Object.values(card.heads)[0];
  const size = found.activation_maps.length / count / labels.length;
  const side = Math.round(Math.sqrt(size));
  return Array.from({ length: count }, (_, face) =>
    Object.fromEntries(
      labels.map((label, at) => {
        const from = (face * labels.length + at) * size;
        const values = [...found.activation_maps.subarray(from, from + size)];
        return [label, placed(values, side, about?.side ?? width, height, width)];
      }),
    ),
  );
}

/**
 * A map enlarged to the central pixels of the crop that it covers, then as `SIDE` rows of it all.
 * @param {number[]} values
 * @param {number} side - of the map
 * @param {number} covered - side in pixels of what it covers
 * @param {number} height
 * @param {number} width
 */
function placed(values, side, covered, height, width) {
  const highest = Math.max(...values, 1e-12);
  const fine = enlarged(values.map((value) => value / highest), side, covered);
  const [top, left] = [Math.floor((height - covered) / 2), Math.floor((width - covered) / 2)];
  const [high, wide] = [height / SIDE, width / SIDE];
  return Array.from({ length: SIDE }, (_, row) =>
    Array.from({ length: SIDE }, (__, column) => {
      let sum = 0;
      for (let y = Math.floor(row * high); y < (row + 1) * high; y += 1) {
        for (let x = Math.floor(column * wide); x < (column + 1) * wide; x += 1) {
          const share =
            (Math.min(y + 1, (row + 1) * high) - Math.max(y, row * high)) *
            (Math.min(x + 1, (column + 1) * wide) - Math.max(x, column * wide));
          const [v, u] = [y - top, x - left];
          if (v >= 0 && u >= 0 && v < covered && u < covered) sum += share * fine[v * covered + u];
        }
      }
      return Number((sum / (high * wide)).toFixed(3));
    }),
  );
}

/**
 * `cv2.resize(…, interpolation=cv2.INTER_CUBIC)` of a square, clipped to 0 to 1, as it overshoots.
 * @param {number[]} values
 * @param {number} from - side
 * @param {number} to - side
 */
function enlarged(values, from, to) {
  const taps = Array.from({ length: to }, (_, place) => cubicAt(((place + 0.5) * from) / to - 0.5, from));
  return taps.flatMap((down) =>
    taps.map((across) => {
      let sum = 0;
      for (const [row, weight] of down) {
        for (const [column, other] of across) sum += weight * other * values[row * from + column];
      }
      return Math.max(0, Math.min(1, sum));
    }),
  );
}

/**
 * Four neighbours of a place, and their weights (Keys' cubic with −0.75).
 * @param {number} place
 * @param {number} length
 * @returns {[index: number, weight: number][]}
 */
function cubicAt(place, length) {
  const a = -0.75;
  const low = Math.floor(place);
  return [-1, 0, 1, 2].map((step) => {
    const far = Math.abs(place - low - step);
    const weight =
      far <= 1
        ? ((a + 2) * far - (a + 3)) * far * far + 1
        : a * (((far - 5) * far + 8) * far - 4);
    return [Math.max(0, Math.min(length - 1, low + step)), weight];
  });
}
