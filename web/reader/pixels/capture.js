// Pixels of what browsers show: bitmaps and files of photos.

import { ReaderError } from "../errors.js";

/** @import { Pixels } from "./pixels.js" */

/** Larger pictures are brought down to this longest side: what a browser's memory holds. */
const MOST_SIDE = 4096;

/**
 * Pixels, and the size of the picture that they are of: `scale` is theirs over the picture's.
 * @typedef {{ pixels: Pixels, width: number, height: number, scale: number }} Captured
 */

/** @type {OffscreenCanvas | undefined} */
let canvas;

/**
 * The pixels of a bitmap, upright, or of a photo's file.
 * @param {ImageBitmap | ImageData | Blob} source
 * @returns {Promise<Captured>}
 */
export async function capture(source) {
  if (source instanceof ImageData) {
    const { data, width, height } = source;
    return { pixels: { data, width, height, channels: 4 }, width, height, scale: 1 };
  }
  const bitmap = source instanceof Blob ? await decode(source) : source;
  try {
    return draw(bitmap);
  } finally {
    bitmap.close();
  }
}

/** @param {Blob} photo */
async function decode(photo) {
  if (!photo.size) throw new ReaderError("the file is empty");
  try {
    return await createImageBitmap(photo, { imageOrientation: "from-image" });
  } catch {
    throw new ReaderError("this browser can’t open it as a picture", {
      hint: "save it as JPEG, PNG or WebP first",
    });
  }
}

/**
 * @param {ImageBitmap} bitmap
 * @returns {Captured}
 */
function draw(bitmap) {
  const { width, height } = bitmap;
  const scale = Math.min(1, MOST_SIDE / Math.max(width, height));
  const wide = Math.max(1, Math.round(width * scale));
  const high = Math.max(1, Math.round(height * scale));
  canvas ??= new OffscreenCanvas(wide, high);
  if (canvas.width !== wide || canvas.height !== high) Object.assign(canvas, { width: wide, height: high });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new ReaderError("this browser gives no canvas to read pictures from");
  context.imageSmoothingQuality = "high";
  // What is transparent is white, as on paper.
  context.fillStyle = "#ffffff";
  context.fillRect(0, 0, wide, high);
  context.drawImage(bitmap, 0, 0, wide, high);
  const { data } = context.getImageData(0, 0, wide, high);
  return { pixels: { data, width: wide, height: high, channels: 4 }, width, height, scale };
}
