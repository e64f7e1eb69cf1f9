// What comes and goes is shown once it has held for a moment, and taken away once it was gone for one.

/**
 * @template T
 * @typedef {{ shown: T | null, next: T | null, since: number }} Entry
 */

/** @template T */
export class Steady {
  /**
   * @param {(value: T) => string} keyOf - what stays the same thing while it changes
   * @param {(value: T) => string} toldOf - what is said of it
   */
  constructor(keyOf, toldOf) {
    this.keyOf = keyOf;
    this.toldOf = toldOf;
    /** @type {Map<string, Entry<T>>} */
    this.entries = new Map();
    this.begun = false;
  }

  /**
   * Take in what there is now.
   * @param {T[]} values
   * @param {number} now - ms
   * @param {number} hold - ms
   * @returns {T[]} what is to be shown, in the order in which it came; the first time all of it
   */
  update(values, now, hold) {
    const there = new Map(values.map((value) => [this.keyOf(value), value]));
    for (const key of there.keys()) {
      if (!this.entries.has(key)) this.entries.set(key, { shown: null, next: null, since: now });
    }
    for (const [key, entry] of this.entries) {
      const next = there.get(key) ?? null;
      if (this.told(next) !== this.told(entry.next)) entry.since = now;
      entry.next = next;
      if (!this.begun || now - entry.since >= hold) entry.shown = next;
      if (!entry.shown && !next) this.entries.delete(key);
    }
    this.begun = true;
    return [...this.entries.values()].flatMap(({ shown }) => (shown ? [shown] : []));
  }

  /** @param {T | null} value */
  told(value) {
    return value === null ? null : this.toldOf(value);
  }
}
