// Which photos are selected, by their numbers; it outlives a change of the ranking.

/** A set of photos, and the place from which shift extends it. */
export class Selection {
  /** @param {() => void} onChange */
  constructor(onChange) {
    /** @type {Set<number>} */
    this.ids = new Set();
    this.anchor = 0;
    this.onChange = onChange;
  }

  get size() {
    return this.ids.size;
  }

  /** @param {number} id */
  has(id) {
    return this.ids.has(id);
  }

  /**
   * Select a photo or take it out.
   * @param {number[]} items
   * @param {number} at
   */
  toggle(items, at) {
    const id = items[at];
    if (!this.ids.delete(id)) this.ids.add(id);
    this.anchor = at;
    this.onChange();
  }

  /**
   * Select a photo that may stand in no place of the ranking, or take it out.
   * @param {number} id
   */
  toggleOne(id) {
    if (!this.ids.delete(id)) this.ids.add(id);
    this.onChange();
  }

  /**
   * Select all from the last one that was chosen to this one.
   * @param {number[]} items
   * @param {number} at
   */
  extend(items, at) {
    const [from, to] = [Math.min(this.anchor, at), Math.max(this.anchor, at)];
    for (let place = from; place <= to; place += 1) this.ids.add(items[place]);
    this.onChange();
  }

  /** @param {number[]} items */
  all(items) {
    for (const id of items) this.ids.add(id);
    this.onChange();
  }

  clear() {
    this.ids.clear();
    this.onChange();
  }

  /**
   * The selected ones, those of `items` first, in their order.
   * @param {number[]} items
   */
  inOrder(items) {
    const shown = items.filter((id) => this.ids.has(id));
    const there = new Set(shown);
    return [...shown, ...[...this.ids].filter((id) => !there.has(id))];
  }
}
