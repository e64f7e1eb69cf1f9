// The place of the picture.

import { byId, offerFile, penOf, setText, stamp } from "../elements.js";
import { settings } from "../settings.js";
import { drawPeople } from "./overlay.js";

/** @import { Look } from "./overlay.js" */
/** @import { Person } from "./people.js" */

const video = byId("video", HTMLVideoElement);
const overlay = byId("overlay", HTMLCanvasElement);

/** As sharp as the screen, so that words stay readable when the picture is small. */
export function fitStage() {
  const { videoWidth: width, videoHeight: height } = video;
  const shown = overlay.clientWidth * Math.min(2, devicePixelRatio || 1);
  const wide = Math.round(shown || width);
  const high = Math.round((wide * height) / width);
  if (overlay.width === wide && overlay.height === high) return;
  Object.assign(overlay, { width: wide, height: high });
  byId("stage").style.setProperty("--ratio", String(width / height));
}

/**
 * What stands in the place of the picture: "" for the welcome, null for nothing.
 * @param {string | null} words
 */
export function stageWords(words) {
  byId("stage").hidden = words === "";
  byId("welcome").hidden = words !== "";
  byId("stage-empty").hidden = words === null;
  setText(byId("stage-words"), words ?? "");
}

/**
 * Give the person the picture with its boxes.
 * @param {Person[]} people
 * @param {Look} look
 */
export function savePicture(people, look) {
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  const context = penOf(canvas);
  context.save();
  if (settings.mirror) context.transform(-1, 0, 0, 1, canvas.width, 0);
  context.drawImage(video, 0, 0);
  context.restore();
  drawPeople(context, people, look);
  canvas.toBlob((png) => png && offerFile(png, `mien-${stamp()}.png`), "image/png");
}
