// Boxes and words over the picture.

import { givenName } from "../conversation/names.js";
import { colourOf, faceImage, inkOn, labelOf, sureness } from "../labels.js";
import { ageOf } from "./people.js";

/** @import { Box } from "../answers.js" */
/** @import { Person } from "./people.js" */
/** @typedef {Pick<Person, "number" | "shown" | "word" | "taken"> & { name?: string }} Drawn - `name` where it is not the camera's */

/**
 * How the picture is drawn; `chosen` is the number of the person who is followed, `clock` the time in ms.
 * @typedef {import("../settings.js").Settings & { chosen: number | null, several: boolean, clock: number }} Look
 */
/** @typedef {{ x: number, y: number, w: number, h: number }} Place - in px of the canvas */

const PLATE = { height: 1.5, padding: 0.35, icon: 1.15 };
const FADED = 0.45;

/**
 * Draw the people onto a canvas of width × height px.
 * @param {CanvasRenderingContext2D} context
 * @param {Drawn[]} people
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
  // No plate may cover a face, another one's neither.
  const taken = plates.map(({ box }) => box);
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
 * @param {Drawn} person
 * @param {number} size
 * @param {Look} look
 */
function drawBox(context, { x, y, w, h }, person, size, look) {
  const line = size * (look.contrast ? 0.26 : 0.17) * (look.chosen === person.number ? 1.6 : 1);
  context.save();
  // What is older than a second may be true no more.
  if (ageOf(person, look.clock)) context.globalAlpha = FADED;
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
 * @param {Drawn} person
 * @param {number} size
 * @param {Look} look
 * @param {Place[]} taken
 */
function drawPlate(context, box, person, size, look, taken) {
  const { width, height } = context.canvas;
  const text = shortWords(person, look.several);
  const colour = look.contrast ? "#FFFFFF" : colourOf(person.word.label);
  context.save();
  if (ageOf(person, look.clock)) context.globalAlpha = FADED;
  context.font = `600 ${size}px system-ui, sans-serif`;
  const [high, padding, icon] = [PLATE.height, PLATE.padding, PLATE.icon].map((k) => k * size);
  const wide = context.measureText(text).width + icon + 3 * padding;
  const { x, y } = freePlace(placesOf(box, wide, high, width, height), taken);
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
 * The word in short: the sentence stands beside the picture.
 * @param {Drawn} person
 * @param {boolean} several - whether it has to be said who
 */
function shortWords({ number, word, name = givenName(number) }, several) {
  const who = several ? `${name || number}  ` : "";
  const how = sureness(word);
  if (how === "nobody") return `${who}?`;
  return `${who}${labelOf(word.top)}${how === "maybe" ? "?" : ""}`;
}

/**
 * Where a plate may be, best first: over the box, under it, beside it; on the face only if nothing else is left.
 * @param {Place} box
 * @param {number} w - of the plate
 * @param {number} h
 * @param {number} width - of the picture
 * @param {number} height
 * @returns {Place[]} all within the picture
 */
function placesOf(box, w, h, width, height) {
  const x = clamp(box.x, 2, Math.max(2, width - w - 2));
  const y = clamp(box.y, 2, Math.max(2, height - h - 2));
  const places = [
    { x, y: box.y - h - 4 },
    { x, y: box.y + box.h + 4 },
    { x: box.x + box.w + 4, y },
    { x: box.x - w - 4, y },
  ];
  const inside = places.filter(
    (place) => place.x >= 1 && place.y >= 1 && place.x + w < width && place.y + h < height,
  );
  return [...inside, { x, y }].map((place) => ({ ...place, w, h }));
}

/**
 * The first place that no plate covers.
 * @param {Place[]} places
 * @param {Place[]} taken
 */
function freePlace(places, taken) {
  return places.find((place) => !taken.some((other) => overlap(place, other))) ?? places[0];
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
