// What was seen while the camera ran: who, what, from when to when. In the page's memory, until it is kept or forgotten.

import { penOf } from "../elements.js";
import { forgetNames, givenName } from "./names.js";

/** @import { Person } from "../live/people.js" */

/**
 * A stretch of one word; times are seconds since the start.
 * @typedef {object} Span
 * @property {string} label - "unsure" where it could not tell
 * @property {number} from
 * @property {number} to
 * @property {string} [picture] - a small JPEG as a data URI, with consent only
 */
/** @typedef {{ number: number, name: string, consent: boolean, spans: Span[] }} Speaker */
/** @typedef {{ begun: string, seconds: number, speakers: Speaker[] }} Conversation */

const GAP = 2;
const PICTURE = 120;
const AROUND = 0.35;
const WITH_PICTURE = ["happy", "surprise"];
const MOST_PICTURES = 40;

/** @type {Conversation} */
let conversation = empty();
/** Where its time begins, in seconds since the start of the camera. */
let origin = 0;

/** @returns {Conversation} */
function empty() {
  return { begun: "", seconds: 0, speakers: [] };
}

/** Forget all that is in memory, names too; what is seen from now on is a new conversation. */
export function forgetConversation() {
  conversation = empty();
  forgetNames();
}

/** The conversation, with the names as they are now. */
export function currentConversation() {
  for (const speaker of conversation.speakers) speaker.name = givenName(speaker.number);
  return conversation;
}

/**
 * Note what the people in one answer show.
 * @param {Person[]} people
 * @param {number} seconds - of the picture, since the start
 * @param {number} taken - the same in ms of the page's clock
 * @param {HTMLCanvasElement} picture
 */
export function observe(people, seconds, taken, picture) {
  if (!conversation.begun) {
    conversation.begun = new Date().toISOString();
    origin = seconds;
  }
  const at = (conversation.seconds = seconds - origin);
  for (const person of people) {
    if (person.taken !== taken) continue;
    const speaker = speakerOf(person.number);
    const last = speaker.spans.at(-1);
    const { label } = person.word;
    const goesOn = last && at - last.to < GAP;
    if (goesOn) last.to = at;
    if (goesOn && last.label === label) continue;
    /** @type {Span} */
    const span = { label, from: at, to: at };
    if (speaker.consent && WITH_PICTURE.includes(label) && picturesOf(speaker) < MOST_PICTURES) {
      span.picture = cropOf(picture, person.target);
    }
    speaker.spans.push(span);
  }
}

/**
 * @param {number} number
 * @returns {Speaker}
 */
function speakerOf(number) {
  let speaker = conversation.speakers.find((one) => one.number === number);
  if (!speaker) {
    speaker = { number, name: "", consent: false, spans: [] };
    conversation.speakers.push(speaker);
  }
  return speaker;
}

/**
 * Whether small pictures of this person's moments may be kept.
 * @param {number} number
 */
export function mayKeepPictures(number) {
  return conversation.speakers.find((one) => one.number === number)?.consent ?? false;
}

/**
 * What a person says of pictures; a no deletes those that are there.
 * @param {number} number
 * @param {boolean} consent
 */
export function letKeepPictures(number, consent) {
  const speaker = speakerOf(number);
  speaker.consent = consent;
  if (!consent) for (const span of speaker.spans) delete span.picture;
}

/** @param {Speaker} speaker */
function picturesOf({ spans }) {
  return spans.filter(({ picture }) => picture).length;
}

/**
 * The face in the picture, with a little around it.
 * @param {HTMLCanvasElement} picture
 * @param {import("../answers.js").Box} box - as fractions
 */
function cropOf(picture, [left, top, right, bottom]) {
  const { width, height } = picture;
  const side = Math.max((right - left) * width, (bottom - top) * height) * (1 + AROUND);
  const x = ((left + right) * width - side) / 2;
  const y = ((top + bottom) * height - side) / 2;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = PICTURE;
  penOf(canvas).drawImage(picture, x, y, side, side, 0, 0, PICTURE, PICTURE);
  return canvas.toDataURL("image/jpeg", 0.7);
}
