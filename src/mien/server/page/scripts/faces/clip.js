// The sample clip: the sample photo, moved, and a drawn face that changes. Made in the page, as a stream like a camera's.

import { penOf } from "../elements.js";
import { engine } from "../engine/engine.js";
import { drawFace, HEIGHT as FACE_HEIGHT, WIDTH as FACE_WIDTH } from "./drawn.js";
import { between, poseOf } from "./expressions.js";
import { LOOKS } from "./looks.js";

/** @import { Pose } from "./expressions.js" */

const WIDTH = 640;
const HEIGHT = 480;
const FPS = 30;
const STEPS = 6;
const HOLD = 3000;
const MOVE = 500;
const SCALE = 1.5;
/** What the drawn face does, one after the other: two that the packaged model reads well, two where it doubts. */
const PLAY = [poseOf("neutral"), poseOf("happy"), poseOf("surprise", 0.75), poseOf("sad")];
const LOOK = LOOKS[2];
/** Where the face of the sample photo is, in px of its 512. */
const PORTRAIT = { x: 112, y: 12, side: 240 };

/**
 * The clip, from its beginning.
 * @returns {Promise<MediaStream>} 640×480; end it as a camera's
 * @throws {Error} if the photo cannot be had, with words for people
 */
export async function openClip() {
  const photo = await createImageBitmap(await engine.samplePhoto());
  const faces = await Promise.all(
    PLAY.map((pose, at) => turnTo(pose, PLAY[(at + 1) % PLAY.length])),
  );
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: WIDTH, height: HEIGHT });
  const pen = penOf(canvas, { alpha: false });
  const begun = performance.now();
  const stream = canvas.captureStream(FPS);
  const [track] = stream.getVideoTracks();
  const draw = () => {
    if (track.readyState === "ended") {
      clearInterval(timer);
      photo.close();
      return;
    }
    const at = performance.now() - begun;
    pen.fillStyle = "#7d8a94";
    pen.fillRect(0, 0, WIDTH, HEIGHT);
    drawPortrait(pen, photo, at);
    const step = Math.floor(at / (HOLD + MOVE)) % PLAY.length;
    const into = (at % (HOLD + MOVE)) - HOLD;
    const pose = into < 0 ? 0 : Math.min(STEPS, Math.ceil((into / MOVE) * STEPS));
    const sway = 6 * Math.sin(at / 900);
    pen.drawImage(faces[step][pose], 318 + sway, 84, FACE_WIDTH * SCALE, FACE_HEIGHT * SCALE);
  };
  draw();
  const timer = setInterval(draw, 1000 / FPS);
  return stream;
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {ImageBitmap} photo
 * @param {number} at - ms
 */
function drawPortrait(pen, photo, at) {
  const { x, y, side } = PORTRAIT;
  const left = 24 + 14 * Math.sin(at / 1700);
  const top = 104 + 8 * Math.sin(at / 1100);
  pen.drawImage(photo, x, y, side, side, left, top, 270, 270);
}

/**
 * Pictures of a face on its way from one expression to the next.
 * @param {Pose} from
 * @param {Pose} to
 * @returns {Promise<HTMLImageElement[]>} STEPS + 1 of them
 */
function turnTo(from, to) {
  const poses = Array.from({ length: STEPS + 1 }, (_, at) =>
    between(from, to, at / STEPS),
  );
  return Promise.all(poses.map((pose) => pictureOf(drawFace(pose, LOOK))));
}

/** @param {SVGSVGElement} svg */
async function pictureOf(svg) {
  svg.setAttribute("width", String(FACE_WIDTH * SCALE));
  svg.setAttribute("height", String(FACE_HEIGHT * SCALE));
  const image = new Image();
  image.src = `data:image/svg+xml,${encodeURIComponent(new XMLSerializer().serializeToString(svg))}`;
  await image.decode();
  return image;
}
