// Who is in view and what they show. Knows nothing of the page, so that it can be told the time.

import { sureness } from "../labels.js";
import { Steady } from "./steady.js";

/** @import { Box, FrameAnswer, Probabilities, SignAnswer, SignsAnswer } from "../answers.js" */
/** @import { Reading } from "../labels.js" */

/** @typedef {Reading & { from: number }} Word - what is shown, and since when */
/** @typedef {{ label: string, from: number, to: number }} Segment */
/**
 * One person: `target` is the newest box and `shown` the drawn one, `speed` per ms; the picture of the
 * newest box was taken at `taken`, its answer came at `seen`, that of the first one at `first`.
 * @typedef {object} Person
 * @property {number} number - as people are called on the page
 * @property {number} track - id of the server
 * @property {Box} target
 * @property {Box} shown
 * @property {Box} speed
 * @property {number} taken
 * @property {number} seen
 * @property {number} first
 * @property {boolean} missed
 * @property {Probabilities} probabilities
 * @property {Reading} reading
 * @property {string | null} doubt - why the newest answer is unsure: "illegible" or "undecided"
 * @property {Word} word
 * @property {{ told: string, since: number }} next - what `reading` says, and since when without a break
 * @property {Segment[]} segments
 * @property {SignsAnswer | null} signs - what is visible, once it has held for a moment; what speaks for the word first
 * @property {{ signs: Steady<SignAnswer>, covered: Steady<string> }} steady
 */

const KEEP_CARD = 6000;
// Answers that do not come say nothing of who is there: a slow computer takes its time.
const NOT_SEEN = 1500;
const LONGEST_WAIT = 10_000;
const OLD = 1000;
const MISSED = 250;
const KEEP_TIMES = 3;
const HISTORY = 60_000;
const HOLD = 400;
const CALM_HOLD = 1000;
const BOX_TIME = 70;
const CALM_BOX_TIME = 350;
const LONGEST_AHEAD = 250;
const NEW_SPEED = 0.4;

/**
 * The people of one camera, by the track ids of the server. Times are ms of the page's clock;
 * boxes are fractions of the picture, [left, top, right, bottom].
 */
export class People {
  constructor() {
    /** @type {Map<number, Person>} */
    this.byTrack = new Map();
    this.lastNumber = 0;
  }

  /** People with a card, in the order in which they came. */
  get all() {
    return [...this.byTrack.values()];
  }

  /**
   * People in view at `now`, largest box first.
   * @param {number} now
   */
  inView(now) {
    const seen = this.all.filter((person) => isInView(person, now));
    return seen.sort((one, other) => area(other.target) - area(one.target));
  }

  /**
   * Take in one answer of the server.
   * @param {FrameAnswer} frame - faces with `track`
   * @param {number} taken - when its picture was taken
   * @param {number} now
   * @param {boolean} calm - whether a word changes more slowly
   * @returns {Person[]} the people whose word changed
   */
  update(frame, taken, now, calm) {
    const changed = [];
    const { width, height } = frame;
    for (const { track, xyxy, signs, unsure_because: doubt = null } of frame.faces) {
      if (!track) continue;
      const box = eachSide((at) => xyxy[at] / (at % 2 ? height : width));
      const reading = {
        label: track.label,
        top: track.top_emotion,
        unsure: track.unsure,
        confidence: track.confidence,
      };
      let person = this.byTrack.get(track.id);
      if (!person) {
        this.lastNumber += 1;
        person = {
          number: this.lastNumber,
          track: track.id,
          target: box,
          shown: box,
          speed: [0, 0, 0, 0],
          taken,
          seen: now,
          first: now,
          missed: false,
          probabilities: track.probabilities,
          reading,
          doubt,
          // None yet, so that the first reading is a change.
          word: { label: "", top: "", unsure: false, confidence: 0, from: -Infinity },
          next: { told: "", since: now },
          segments: [],
          signs: null,
          steady: {
            signs: new Steady(({ name, side }) => `${name} ${side}`, ({ sentence }) => sentence),
            covered: new Steady(String, String),
          },
        };
        this.byTrack.set(track.id, person);
      }
      if (now - person.seen > NOT_SEEN) {
        person.shown = box;
        person.speed = [0, 0, 0, 0];
      } else if (taken > person.taken) {
        const { speed, target } = person;
        const passed = taken - person.taken;
        person.speed = eachSide((at) => {
          const newest = (box[at] - target[at]) / passed;
          return speed[at] + (newest - speed[at]) * NEW_SPEED;
        });
      }
      person.target = box;
      person.taken = taken;
      person.seen = now;
      person.missed = false;
      person.probabilities = track.probabilities;
      person.reading = reading;
      person.doubt = doubt;
      person.signs = signs ? steadied(signs, person, now, calm ? CALM_HOLD : HOLD) : null;
      if (this.settle(person, now, calm)) changed.push(person);
      remember(person, taken);
    }
    for (const person of this.all) {
      if (taken - person.taken > MISSED) person.missed = true;
      // What was there for a moment only was perhaps no face: its card goes soon.
      const keep = Math.min(KEEP_CARD, KEEP_TIMES * (person.seen - person.first));
      if (now - person.seen > Math.max(keep, NOT_SEEN)) this.byTrack.delete(person.track);
    }
    return changed;
  }

  /**
   * Show the newest reading once it has said the same for a moment: a word that flickers cannot be
   * read. The first one is shown at once.
   * @param {Person} person
   * @param {number} now
   * @param {boolean} calm
   */
  settle(person, now, calm) {
    const { reading, word, next } = person;
    const told = toldBy(reading);
    if (next.told !== told) person.next = { told, since: now };
    if (word.label !== "" && toldBy(word) === told) {
      word.confidence = reading.confidence;
      return false;
    }
    const held = now - person.next.since;
    if (word.label !== "" && held < (calm ? CALM_HOLD : HOLD)) return false;
    person.word = { ...reading, from: now };
    return true;
  }

  /**
   * Move the drawn boxes towards where the faces are by now: the newest box is as old as the
   * analysis took, so it is carried on at its speed.
   * @param {number} passed - ms since the last time
   * @param {number} now
   * @param {boolean} calm
   */
  move(passed, now, calm) {
    const time = calm ? CALM_BOX_TIME : BOX_TIME;
    const share = 1 - Math.exp(-passed / time);
    for (const person of this.all) {
      const ahead = Math.min(now - person.taken + time, LONGEST_AHEAD);
      const { shown, target, speed } = person;
      person.shown = eachSide((at) => {
        const aim = target[at] + speed[at] * ahead;
        return shown[at] + (aim - shown[at]) * share;
      });
    }
  }

  clear() {
    this.byTrack.clear();
    this.lastNumber = 0;
  }
}

/**
 * What is visible, without what came or went a moment ago.
 * @param {SignsAnswer} signs
 * @param {Person} person
 * @param {number} now
 * @param {number} hold
 * @returns {SignsAnswer}
 */
function steadied(signs, { steady, reading }, now, hold) {
  const shown = steady.signs.update(signs.signs, now, hold);
  const speaks = (/** @type {SignAnswer} */ sign) => Number(sign.speaks_for === reading.label);
  shown.sort((one, other) => speaks(other) - speaks(one));
  return { ...signs, signs: shown, covered: steady.covered.update(signs.covered, now, hold) };
}

/**
 * Whether a person is there, as far as the newest answers say. Answers that do not come say nothing.
 * @param {Person} person
 * @param {number} now
 */
export function isInView(person, now) {
  return !person.missed && now - person.seen < LONGEST_WAIT;
}

/**
 * Seconds since the picture was taken that a reading is of; 0 while it is as good as new.
 * @param {Pick<Person, "taken">} person
 * @param {number} now
 */
export function ageOf(person, now) {
  const age = now - person.taken;
  return age > OLD ? Math.round(age / 1000) : 0;
}

/**
 * What a reading says: two that say the same have the same.
 * @param {Reading} reading
 */
function toldBy(reading) {
  const how = sureness(reading);
  return how === "nobody" ? how : `${how} ${reading.top}`;
}

/**
 * Seconds of the last minute by word, longest first: [["happy", 41.2], …].
 * @param {Person} person
 * @param {number} now
 * @returns {[label: string, seconds: number][]}
 */
export function lastMinute(person, now) {
  /** @type {Map<string, number>} */
  const sums = new Map();
  for (const { label, from, to } of person.segments) {
    const inside = Math.max(0, to - Math.max(from, now - HISTORY)) / 1000;
    if (inside > 0) sums.set(label, (sums.get(label) ?? 0) + inside);
  }
  return [...sums].sort((one, other) => other[1] - one[1]);
}

/**
 * @param {Person} person
 * @param {number} taken
 */
function remember(person, taken) {
  const last = person.segments.at(-1);
  const { label } = person.word;
  if (last && taken - last.to < NOT_SEEN) {
    last.to = taken;
    if (last.label !== label) person.segments.push({ label, from: taken, to: taken });
  } else {
    person.segments.push({ label, from: taken, to: taken });
  }
  while (person.segments[0].to < taken - HISTORY) person.segments.shift();
}

/**
 * @param {(at: 0 | 1 | 2 | 3) => number} value - of each side of a box
 * @returns {Box}
 */
function eachSide(value) {
  return [value(0), value(1), value(2), value(3)];
}

/** @param {Box} box */
function area([left, top, right, bottom]) {
  return (right - left) * (bottom - top);
}
