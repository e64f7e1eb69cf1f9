// Small pictures of photos, made from the files while they are in view and let go of afterwards.

/** @import { KeptPhoto } from "./kept_index.js" */

const WIDE = 400;
const HIGH = 300;
const QUALITY = 0.85;

/** @type {Promise<unknown>} */
let queue = Promise.resolve();

/**
 * A picture of a photo around its faces, as the address of a blob; whoever asked revokes it.
 * @param {KeptPhoto} photo
 * @param {() => Promise<File>} open
 * @param {() => boolean} isWanted - asked again when its turn comes
 * @returns {Promise<string | null>} null when it is wanted no more
 */
export function makeThumbnail(photo, open, isWanted) {
  // One at a time: a photo that is open takes a hundred megabytes.
  const made = queue.then(async () => (isWanted() ? draw(photo, await open()) : null));
  queue = made.catch(() => {});
  return made;
}

/**
 * @param {KeptPhoto} photo
 * @param {File} file
 */
async function draw({ faces }, file) {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  try {
    const { width, height } = bitmap;
    const scale = Math.max(WIDE / width, HIGH / height);
    const cut = { width: WIDE / scale, height: HIGH / scale };
    const left = begin(faces.map(({ box }) => [box[0], box[2]]), width, cut.width);
    const top = begin(faces.map(({ box }) => [box[1], box[3]]), height, cut.height);
    const canvas = new OffscreenCanvas(WIDE, HIGH);
    const pen = canvas.getContext("2d");
    if (!pen) throw new Error("this browser has no canvas to draw on");
    pen.imageSmoothingQuality = "high";
    // What is transparent is white, as on paper.
    pen.fillStyle = "#ffffff";
    pen.fillRect(0, 0, WIDE, HIGH);
    pen.drawImage(bitmap, left, top, cut.width, cut.height, 0, 0, WIDE, HIGH);
    return URL.createObjectURL(await canvas.convertToBlob({ type: "image/jpeg", quality: QUALITY }));
  } finally {
    bitmap.close();
  }
}

/**
 * Where what is shown begins along a side, so that the faces are in its middle.
 * @param {[from: number, to: number][]} faces
 * @param {number} side
 * @param {number} shown
 */
function begin(faces, side, shown) {
  const from = Math.min(...faces.map(([low]) => low));
  const to = Math.max(...faces.map(([, high]) => high));
  const middle = faces.length ? (from + to) / 2 : side / 2;
  return Math.max(0, Math.min(side - shown, middle - shown / 2));
}
