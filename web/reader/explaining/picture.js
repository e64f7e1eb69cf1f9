// A crop as a picture that pages can show.

import { ReaderError } from "../errors.js";

/** @import { ModelCard } from "../card.js" */

/**
 * The crop as a PNG in a data URI.
 * @param {Uint8Array} crop
 * @param {ModelCard} card
 * @returns {Promise<string>}
 */
export async function pngOf(crop, { input_width: width, input_height: height, colour }) {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d");
  if (!context) throw new ReaderError("this browser gives no canvas to draw on");
  const pixels = context.createImageData(width, height);
  const channels = colour === "rgb" ? 3 : 1;
  for (let at = 0; at < width * height; at += 1) {
    for (let channel = 0; channel < 3; channel += 1) {
      pixels.data[4 * at + channel] = crop[channels * at + Math.min(channel, channels - 1)];
    }
    pixels.data[4 * at + 3] = 255;
  }
  context.putImageData(pixels, 0, 0);
  const png = new Uint8Array(await (await canvas.convertToBlob({ type: "image/png" })).arrayBuffer());
  return `data:image/png;base64,${btoa(String.fromCharCode(...png))}`;
}
