// Where in a face the model looks: the map over the crop.

import { penOf } from "../elements.js";

const SIDE = 240;
// Inferno (van der Walt and Smith, matplotlib) at five places from 0 to 1.
const INFERNO = ["#000004", "#57106e", "#bc3754", "#f98e09", "#fcffa4"];

/**
 * Draw a crop with a map over it.
 * @param {HTMLCanvasElement} canvas
 * @param {HTMLImageElement} crop - loaded
 * @param {number[][]} map - rows of 0 to 1, covering the crop
 */
export function drawHeat(canvas, crop, map) {
  canvas.width = canvas.height = SIDE;
  const context = penOf(canvas);
  context.imageSmoothingQuality = "high";
  context.drawImage(crop, 0, 0, SIDE, SIDE);
  const [rows, columns] = [map.length, map[0].length];
  const small = document.createElement("canvas");
  small.width = columns;
  small.height = rows;
  const pen = penOf(small);
  const pixels = pen.createImageData(columns, rows);
  map.flat().forEach((value, at) => {
    pixels.data.set([...inferno(value), 255 * (0.3 + 0.5 * value)], 4 * at);
  });
  pen.putImageData(pixels, 0, 0);
  context.drawImage(small, 0, 0, SIDE, SIDE);
}

/** @param {number} value */
function inferno(value) {
  const place = Math.max(0, Math.min(1, value)) * (INFERNO.length - 1);
  const low = Math.min(Math.floor(place), INFERNO.length - 2);
  const [from, to] = [channels(INFERNO[low]), channels(INFERNO[low + 1])];
  return from.map((one, at) => Math.round(one + (to[at] - one) * (place - low)));
}

/** @param {string} colour */
function channels(colour) {
  return [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
}
