// Who was seen in a video, and what was marked in it. Computes only; knows nothing of the page.

import { phrase } from "../words/phrases.js";

/** @import { VideoMarkings, VideoRange, VideoShot } from "../answers.js" */
/** @import { Participant } from "../conversation/moments.js" */

const GAP = 0.5;
const SHORTEST = 1;
/** Seconds for which two may be in the picture together and still be one: a track that was found twice. */
const MOST_TOGETHER = 1;

/** A video as the page knows it. */
export class Seen {
  constructor() {
    /** @type {VideoShot[]} */
    this.shots = [];
    /** @type {Map<number, string>} */
    this.names = new Map();
    /** @type {Map<number, number>} */
    this.merged = new Map();
    /** @type {VideoRange[]} */
    this.ranges = [];
  }

  /** Seconds up to the end of the last frame that was read. */
  get end() {
    const last = this.shots.at(-1)?.[0] ?? 0;
    return this.shots.length > 1 ? last + (last - this.shots[0][0]) / (this.shots.length - 1) : last;
  }

  /**
   * The person that a track is of.
   * @param {number} track
   */
  personOf(track) {
    let person = track;
    for (let left = this.merged.size; left && this.merged.has(person); left--) {
      person = this.merged.get(person) ?? person;
    }
    return person;
  }

  /** @param {number} number */
  titleOf(number) {
    return this.names.get(number) || phrase("person.number", { number });
  }

  /**
   * The people, by number; those who were seen for less than a second and have no name only counted.
   * @returns {{ people: Participant[], others: number }}
   */
  people() {
    /** @type {Map<number, Participant>} */
    const found = new Map();
    this.shots.forEach(([time, faces], at) => {
      const until = Math.min(this.shots[at + 1]?.[0] ?? this.end, time + GAP);
      for (const [track, , , , , label] of faces) {
        const number = this.personOf(track);
        const person = found.get(number) ?? this.newPerson(number);
        found.set(number, person);
        if (!person.numbers.includes(track)) person.numbers.push(track);
        const last = person.spans.at(-1);
        if (last?.label === label && time - last.to <= GAP) last.to = until;
        else person.spans.push({ label, from: time, to: until });
      }
    });
    const all = [...found.values()].sort((one, other) => one.numbers[0] - other.numbers[0]);
    for (const person of all) person.seconds = person.spans.reduce((sum, { from, to }) => sum + to - from, 0);
    const people = all.filter(({ name, seconds }) => name || seconds >= SHORTEST);
    return { people, others: all.length - people.length };
  }

  /**
   * @param {number} number
   * @returns {Participant}
   */
  newPerson(number) {
    const name = this.names.get(number) ?? "";
    const title = this.titleOf(number);
    return { key: String(number), name, title, numbers: [number], spans: [], seconds: 0 };
  }

  /**
   * The frame that is shown at a time: the last one that has begun.
   * @param {number} time
   * @returns {VideoShot | undefined}
   */
  at(time) {
    let [low, high] = [0, this.shots.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.shots[middle][0] <= time + 1e-3) low = middle + 1;
      else high = middle;
    }
    return this.shots[low - 1];
  }

  /**
   * Make one person of two.
   * @param {number} number
   * @param {number} into - another person's number
   * @returns {boolean} false when both are in the picture at once
   */
  merge(number, into) {
    const step = this.end / (this.shots.length || 1);
    const together = this.shots.filter(([, faces]) => {
      const here = faces.map(([track]) => this.personOf(track));
      return here.includes(number) && here.includes(into);
    });
    if (together.length * step > MOST_TOGETHER) return false;
    this.merged.set(number, into);
    return true;
  }

  /** Seconds of what was read that are left out. */
  get leftOut() {
    const ranges = this.ranges.filter(({ label }) => !label).sort((one, other) => one.start - other.start);
    let [sum, until] = [0, 0];
    for (const { start, end } of ranges) {
      const from = Math.max(start, until);
      const to = Math.min(end, this.end);
      sum += Math.max(0, to - from);
      until = Math.max(until, to);
    }
    return sum;
  }

  /**
   * Mark as it was marked before.
   * @param {VideoMarkings} markings
   */
  take({ names, merged, ranges }) {
    this.names = numbered(names);
    this.merged = numbered(merged);
    this.ranges = ranges;
  }

  /** @returns {VideoMarkings} what the server is told */
  markings() {
    return {
      names: Object.fromEntries(this.names),
      merged: Object.fromEntries(this.merged),
      ranges: this.ranges,
    };
  }
}

/**
 * @template Value
 * @param {Record<number, Value>} record
 * @returns {Map<number, Value>}
 */
function numbered(record) {
  return new Map(Object.entries(record).map(([number, value]) => [Number(number), value]));
}
