// How each expression looks: its word, colour, pattern and face. Nothing hangs on colour alone.

import { penOf } from "./elements.js";
import { isPhrase, phrase } from "./words/phrases.js";

/**
 * A word that is shown: `label` may be "unsure", `top` never.
 * @typedef {{ label: string, top: string, unsure: boolean, confidence: number }} Reading
 */

// The same as mien.emotions.COLOURS; a test compares them.
/** @type {Record<string, string>} */
export const COLOURS = {
  angry: "#D55E00",
  disgust: "#009E73",
  fear: "#CC79A7",
  happy: "#F0E442",
  sad: "#0072B2",
  surprise: "#56B4E9",
  neutral: "#BBBBBB",
  contempt: "#E69F00",
  positive: "#44AA99",
  negative: "#882255",
  unsure: "#FFFFFF",
};

export const UNSURE = "unsure";

/** Under this probability the likeliest word of an unsure reading is a guess among several. */
const WORTH_SAYING = 0.5;
const OTHER_COLOUR = "#BBBBBB";
/** @type {Record<string, string>} */
const PATTERNS = {
  angry: "rising",
  disgust: "falling",
  fear: "crossed",
  happy: "plain",
  sad: "flat",
  surprise: "dots",
  neutral: "upright",
  contempt: "squared",
  positive: "plain",
  negative: "crossed",
  unsure: "sparse",
};
const FACES = ["angry", "contempt", "disgust", "fear", "happy", "neutral", "sad", "surprise", UNSURE];
const TILE = 12;

/** @type {Map<string, HTMLImageElement>} */
const faces = new Map();
/** @type {Map<string, HTMLCanvasElement>} */
const tiles = new Map();

/**
 * The colour of a label, "#RRGGBB".
 * @param {string} label
 */
export function colourOf(label) {
  return COLOURS[label] ?? OTHER_COLOUR;
}

/**
 * Black or white, whichever can be read on `colour` (relative luminance of WCAG 2.2).
 * @param {string} colour - "#RRGGBB"
 */
export function inkOn(colour) {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const value = parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return (luminance + 0.05) / 0.05 > 1.05 / (luminance + 0.05) ? "#000000" : "#FFFFFF";
}

/**
 * Path of the drawn face of a label; Mien's own sign where there is none.
 * @param {string} label
 */
export function facePath(label) {
  return `icons/${FACES.includes(label) ? label : "mien"}.svg`;
}

/**
 * The drawn face as an image for a canvas; loaded once.
 * @param {string} label
 */
export function faceImage(label) {
  const path = facePath(label);
  let image = faces.get(path);
  if (!image) {
    image = new Image();
    image.src = path;
    faces.set(path, image);
  }
  return image;
}

/**
 * A label as a word by itself: "happy"; a label that the page does not know stays as it is.
 * @param {string} label
 */
export function labelOf(label) {
  const key = `emotion.${label}`;
  return isPhrase(key) ? phrase(key) : label;
}

/**
 * How much may be said of a reading: its word, perhaps its word, or that nobody can tell.
 * @param {Pick<Reading, "unsure" | "confidence">} reading
 * @returns {"looks" | "maybe" | "nobody"}
 */
export function sureness({ unsure, confidence }) {
  if (!unsure) return "looks";
  return confidence >= WORTH_SAYING ? "maybe" : "nobody";
}

/**
 * What to say of a reading, as people speak: "looks happy", "maybe sad" when the model is unsure, and
 * that it can't tell when the word would be no more than a guess.
 * @param {Pick<Reading, "unsure" | "top" | "confidence">} reading
 */
export function wordsOf(reading) {
  const { top } = reading;
  const how = sureness(reading);
  if (how === "nobody") return phrase("unsure.word");
  const key = how === "maybe" ? `maybe.${top}` : `looks.${top}`;
  if (isPhrase(key)) return phrase(key);
  return phrase(how === "maybe" ? "maybe.other" : "looks.other", { label: top });
}

/**
 * A whole number of per cent, never 100 for what is not certain.
 * @param {number} probability - 0 to 1
 */
export function percent(probability) {
  return `${Math.min(99, Math.round(probability * 100))} %`;
}

/**
 * Pattern of a label as a canvas fill, its colour under dark strokes.
 * @param {CanvasRenderingContext2D} context
 * @param {string} label
 * @param {boolean} strong
 * @returns {CanvasPattern | string} its plain colour where the browser cannot make a pattern
 */
export function patternOf(context, label, strong) {
  const key = `${label} ${strong}`;
  const tile = tiles.get(key) ?? makeTile(label, strong);
  tiles.set(key, tile);
  return context.createPattern(tile, "repeat") ?? colourOf(label);
}

/**
 * @param {string} label
 * @param {boolean} strong
 */
function makeTile(label, strong) {
  const tile = document.createElement("canvas");
  tile.width = tile.height = TILE;
  const pen = penOf(tile);
  const colour = strong ? "#FFFFFF" : colourOf(label);
  pen.fillStyle = colour;
  pen.fillRect(0, 0, TILE, TILE);
  pen.strokeStyle = pen.fillStyle = strong ? "#000000" : inkOn(colour);
  pen.globalAlpha = strong ? 1 : 0.55;
  pen.lineWidth = strong ? 2.5 : 1.8;
  strokes(pen, PATTERNS[label] ?? "upright");
  return tile;
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {string} pattern
 */
function strokes(pen, pattern) {
  const line = (/** @type {number[]} */ ...points) => {
    pen.beginPath();
    pen.moveTo(points[0], points[1]);
    pen.lineTo(points[2], points[3]);
    pen.stroke();
  };
  const dot = (/** @type {number} */ x, /** @type {number} */ y, /** @type {number} */ radius) => {
    pen.beginPath();
    pen.arc(x, y, radius, 0, 2 * Math.PI);
    pen.fill();
  };
  const half = TILE / 2;
  if (pattern === "rising" || pattern === "crossed") {
    line(-half, half, half, -half);
    line(-half, TILE + half, TILE + half, -half);
    line(half, TILE + half, TILE + half, half);
  }
  if (pattern === "falling" || pattern === "crossed") {
    line(-half, half, half, TILE + half);
    line(-half, -half, TILE + half, TILE + half);
    line(half, -half, TILE + half, half);
  }
  if (pattern === "squared") {
    line(0, half, TILE, half);
    line(half, 0, half, TILE);
  }
  if (pattern === "flat") {
    line(0, 3, TILE, 3);
    line(0, 9, TILE, 9);
  }
  if (pattern === "upright") line(half, 0, half, TILE);
  if (pattern === "dots") {
    dot(3, 3, 2);
    dot(9, 9, 2);
  }
  if (pattern === "sparse") dot(half, half, 1.3);
}
