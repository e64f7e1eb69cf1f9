// Who is in view and what they show. Knows nothing of the page, so that it can be told the time.

const KEEP_CARD = 6000;
// Answers that do not come say nothing of who is there: a slow computer takes its time.
const NOT_SEEN = 1500;
const MISSED = 250;
const KEEP_TIMES = 3;
const HISTORY = 60_000;
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
    this.byTrack = new Map();
    this.lastNumber = 0;
  }

  /** People with a card, in the order in which they came. */
  get all() {
    return [...this.byTrack.values()];
  }

  /** People in view at `now`, largest box first. */
  inView(now) {
    const seen = this.all.filter((person) => isInView(person, now));
    return seen.sort((one, other) => area(other.target) - area(one.target));
  }

  /**
   * Take in one answer of the server.
   * @param {object} frame - as in docs/schema.md, faces with `track`
   * @param {number} taken - when its picture was taken
   * @param {number} now
   * @param {boolean} calm - whether a word changes once a second at most
   * @returns {object[]} the people whose word changed
   */
  update(frame, taken, now, calm) {
    const changed = [];
    for (const { track, xyxy } of frame.faces) {
      if (!track) continue;
      const box = xyxy.map((value, at) => value / (at % 2 ? frame.height : frame.width));
      let person = this.byTrack.get(track.id);
      if (!person) {
        this.lastNumber += 1;
        person = {
          number: this.lastNumber,
          track: track.id,
          shown: box,
          segments: [],
          word: null,
          speed: [0, 0, 0, 0],
          first: now,
        };
        this.byTrack.set(track.id, person);
      }
      if (now - person.seen > NOT_SEEN) {
        person.shown = box;
        person.speed = [0, 0, 0, 0];
      } else if (taken > person.taken) {
        person.speed = person.speed.map((old, at) => {
          const newest = (box[at] - person.target[at]) / (taken - person.taken);
          return old + (newest - old) * NEW_SPEED;
        });
      }
      person.target = box;
      person.taken = taken;
      person.seen = now;
      person.missed = false;
      person.probabilities = track.probabilities;
      person.reading = {
        label: track.label,
        top: track.top_emotion,
        unsure: track.unsure,
        confidence: track.confidence,
      };
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

  /** Show the newest reading, unless the last change was a moment ago and calm is wanted. */
  settle(person, now, calm) {
    const { label, top, unsure, confidence } = person.reading;
    if (person.word?.label === label && person.word.top === top) {
      person.word.confidence = confidence;
      return false;
    }
    if (calm && person.word && now - person.word.from < CALM_HOLD) return false;
    person.word = { label, top, unsure, confidence, from: now };
    return true;
  }

  /**
   * Move the drawn boxes towards where the faces are by now: the newest box is as old as the
   * analysis took, so it is carried on at its speed. `passed` ms since the last time.
   */
  move(passed, now, calm) {
    const time = calm ? CALM_BOX_TIME : BOX_TIME;
    const share = 1 - Math.exp(-passed / time);
    for (const person of this.all) {
      const ahead = Math.min(now - person.taken + time, LONGEST_AHEAD);
      person.shown = person.shown.map((value, at) => {
        const aim = person.target[at] + person.speed[at] * ahead;
        return value + (aim - value) * share;
      });
    }
  }

  clear() {
    this.byTrack.clear();
    this.lastNumber = 0;
  }
}

/** Whether a person was there a moment ago. */
export function isInView(person, now) {
  return !person.missed && now - person.seen < NOT_SEEN;
}

/** Seconds of the last minute by word, longest first: [["happy", 41.2], …]. */
export function lastMinute(person, now) {
  const sums = new Map();
  for (const { label, from, to } of person.segments) {
    const inside = Math.max(0, to - Math.max(from, now - HISTORY)) / 1000;
    if (inside > 0) sums.set(label, (sums.get(label) ?? 0) + inside);
  }
  return [...sums].sort((one, other) => other[1] - one[1]);
}

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

function area([left, top, right, bottom]) {
  return (right - left) * (bottom - top);
}
