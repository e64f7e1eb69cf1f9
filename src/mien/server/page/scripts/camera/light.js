// Whether the picture is too dark to read faces in.

import { penOf } from "../elements.js";

const WIDTH = 32;
const HEIGHT = 24;
const DARK = 0.14;

const canvas = document.createElement("canvas");
canvas.width = WIDTH;
canvas.height = HEIGHT;
const context = penOf(canvas, { willReadFrequently: true });

/**
 * Whether the mean grey level of a picture, 0 to 1, is under what a lit room gives.
 * @param {HTMLCanvasElement} picture
 */
export function isDark(picture) {
  context.drawImage(picture, 0, 0, WIDTH, HEIGHT);
  const { data } = context.getImageData(0, 0, WIDTH, HEIGHT);
  let sum = 0;
  for (let at = 0; at < data.length; at += 4) {
    sum += 0.299 * data[at] + 0.587 * data[at + 1] + 0.114 * data[at + 2];
  }
  return sum / (WIDTH * HEIGHT) / 255 < DARK;
}
