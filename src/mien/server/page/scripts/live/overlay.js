// Boxes and words over the picture.

import { colourOf, faceImage, inkOn, wordsOf } from "../labels.js";

/** @import { Box } from "../answers.js" */
/** @import { Person } from "./people.js" */

/**
 * How the picture is drawn; `chosen` is the number of the person who is followed.
 * @typedef {import("../settings.js").Settings & { chosen: number | null, several: boolean }} Look
 */
/** @typedef {{ x: number, y: number, w: number, h: number }} Place - in px of the canvas */

const PLATE = { height: 1.5, padding: 0.35, icon: 1.15 };

/**
 * Draw the people onto a canvas of width × height px.
 * @param {CanvasRenderingContext2D} context
 * @param {Person[]} people
 * @param {Look} look
 */
export function drawPeople(context, people, look) {
  const { width, height } = context.canvas;
  const size = Math.max(13, Math.min(width, height) * (look.large ? 0.066 : 0.042));
  const plates = [];
  for (const person of people) {
    const box = placed(person.shown, width, height, look.mirror);
    drawBox(context, box, person, size, look);
    plates.push({ box, person });
  }
  /** @type {Place[]} */
  const taken = [];
  for (const { box, person } of plates) drawPlate(context, box, person, size, look, taken);
}

/**
 * @param {Box} box
 * @param {number} width
 * @param {number} height
 * @param {boolean} mirror
 */
function placed([left, top, right, bottom], width, height, mirror) {
  const [x0, x1] = mirror ? [1 - right, 1 - left] : [left, right];
  return { x: x0 * width, y: top * height, w: (x1 - x0) * width, h: (bottom - top) * height };
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Place} box
 * @param {Person} person
 * @param {number} size
 * @param {Look} look
 */
function drawBox(context, { x, y, w, h }, person, size, look) {
  const line = size * (look.contrast ? 0.26 : 0.17) * (look.chosen === person.number ? 1.6 : 1);
  context.save();
  context.lineJoin = "round";
  // A dark rim sets the line off from a background of its own colour.
  context.strokeStyle = "#000000";
  context.lineWidth = line + Math.max(2, size * 0.12);
  context.strokeRect(x, y, w, h);
  context.strokeStyle = look.contrast ? "#FFFFFF" : colourOf(person.word.label);
  context.lineWidth = line;
  if (person.word.unsure) context.setLineDash([size * 0.6, size * 0.45]);
  context.strokeRect(x, y, w, h);
  context.restore();
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Place} box
 * @param {Person} person
 * @param {number} size
 * @param {Look} look
 * @param {Place[]} taken
 */
function drawPlate(context, box, person, size, look, taken) {
  const { width, height } = context.canvas;
  const who = look.several ? `${person.number}: ` : "";
  const text = `${who}${wordsOf(person.word)}`;
  const colour = look.contrast ? "#FFFFFF" : colourOf(person.word.label);
  context.save();
  context.font = `600 ${size}px system-ui, sans-serif`;
  const [high, padding, icon] = [PLATE.height, PLATE.padding, PLATE.icon].map((k) => k * size);
  const wide = context.measureText(text).width + icon + 3 * padding;
  const x = clamp(box.x, 2, width - wide - 2);
  const y = freePlace(
    [box.y - high - 4, box.y + box.h + 4, box.y + 4],
    (top) => ({ x, y: top, w: wide, h: high }),
    taken,
    height,
  );
  taken.push({ x, y, w: wide, h: high });
  context.beginPath();
  context.roundRect(x, y, wide, high, high / 4);
  context.fillStyle = colour;
  context.fill();
  context.strokeStyle = "#000000";
  context.lineWidth = 1.5;
  context.stroke();
  const image = faceImage(person.word.label);
  if (image.complete && image.naturalWidth) {
    context.drawImage(image, x + padding, y + (high - icon) / 2, icon, icon);
  }
  context.fillStyle = inkOn(colour);
  context.textBaseline = "middle";
  context.fillText(text, x + icon + 2 * padding, y + high / 2 + size * 0.04);
  context.restore();
}

/**
 * Over the box, under it, or inside: the first place within the picture that no plate covers.
 * @param {number[]} tops
 * @param {(top: number) => Place} at
 * @param {Place[]} taken
 * @param {number} height
 */
function freePlace(tops, at, taken, height) {
  const inside = tops.filter((top) => top >= 1 && at(top).y + at(top).h <= height - 1);
  const free = inside.find((top) => !taken.some((other) => overlap(at(top), other)));
  return free ?? inside[0] ?? clamp(tops[2], 1, height - at(0).h - 1);
}

/**
 * @param {Place} one
 * @param {Place} other
 */
function overlap(one, other) {
  return (
    one.x < other.x + other.w &&
    other.x < one.x + one.w &&
    one.y < other.y + other.h &&
    other.y < one.y + one.h
  );
}

/**
 * @param {number} value
 * @param {number} low
 * @param {number} high
 */
function clamp(value, low, high) {
  return Math.max(low, Math.min(value, high));
}
