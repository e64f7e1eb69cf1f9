// The grid of photos: only the rows in view are in the page, however many photos there are.

import { fillTile, makeTile, numberTile } from "./tile.js";

/** @import { Selection } from "./selection.js" */
/** @import { Store } from "./store.js" */
/** @import { Question } from "./words.js" */

const AROUND = 1;
const SETTLED = 90;

/** A list box of photos in rows of the same height, which the window scrolls. */
export class Grid {
  /**
   * @param {HTMLElement} root
   * @param {Store} store
   * @param {Selection} selection
   * @param {(at: number) => void} onOpen
   */
  constructor(root, store, selection, onOpen) {
    this.root = root;
    this.store = store;
    this.selection = selection;
    this.onOpen = onOpen;
    /** @type {number[]} */
    this.items = [];
    /** @type {number[]} */
    this.scores = [];
    /** @type {Question | null} */
    this.question = null;
    /** @type {Record<string, number[]>} */
    this.stacks = {};
    /** @type {Map<number, HTMLElement>} */
    this.tiles = new Map();
    this.layout = "";
    this.columns = this.side = this.height = this.gap = 0;
    this.current = 0;
    this.settled = 0;
    this.drawing = 0;
    addEventListener("scroll", () => this.draw(), { passive: true });
    new ResizeObserver(() => this.measure()).observe(root);
    // What stands above the photos may fold away, which brings other rows into view.
    new ResizeObserver(() => this.draw()).observe(document.body);
    root.addEventListener("click", (event) => this.click(event));
    root.addEventListener("keydown", (event) => this.key(event));
    root.addEventListener("focus", () => this.goTo(this.current, true));
  }

  /**
   * Show these photos, best first.
   * @param {number[]} items
   * @param {number[]} scores
   * @param {Question} question
   * @param {Record<string, number[]>} stacks - photos behind others, by the number of those
   */
  show(items, scores, question, stacks) {
    const focused = this.root.contains(document.activeElement);
    Object.assign(this, { items, scores, question, stacks });
    for (const tile of this.tiles.values()) tile.remove();
    this.tiles.clear();
    this.current = this.selection.anchor = 0;
    this.root.tabIndex = items.length ? 0 : -1;
    this.measure();
    // The best of the new ones are wanted, not those at the same place.
    if (this.root.getBoundingClientRect().top < 0) this.root.scrollIntoView({ block: "start" });
    this.drawNow();
    if (focused && items.length) this.goTo(0, true);
  }

  /**
   * Show the answer to the same question anew: what the person looks at stays where it is.
   * @param {number[]} items
   * @param {number[]} scores
   * @param {Question} question
   * @param {Record<string, number[]>} stacks
   */
  renew(items, scores, question, stacks) {
    const place = new Map(items.map((id, at) => [id, at]));
    const tiles = new Map([...this.tiles].map(([at, tile]) => [this.items[at], tile]));
    const looked = this.looked();
    const current = place.get(this.items[this.current]) ?? 0;
    const anchor = place.get(this.items[this.selection.anchor]) ?? 0;
    const focused = this.root.contains(document.activeElement);
    Object.assign(this, { items, scores, question, stacks, current });
    this.selection.anchor = anchor;
    this.tiles.clear();
    for (const [id, tile] of tiles) {
      const at = place.get(id);
      if (at === undefined) {
        tile.remove();
        continue;
      }
      numberTile(tile, at, items.length);
      delete tile.dataset.filled;
      this.tiles.set(at, tile);
      this.place(tile, at);
    }
    if (!items.length) this.root.tabIndex = -1;
    else if (![...this.tiles.values()].some((tile) => tile.tabIndex === 0)) this.root.tabIndex = 0;
    this.measure();
    const at = looked && place.get(looked.id);
    if (looked && at !== undefined) scrollBy(0, this.topOf(at ?? 0) - looked.top);
    this.drawNow();
    if (focused && items.length && !this.root.contains(document.activeElement)) this.goTo(current, true);
  }

  /** The first photo of the first whole row in view, if the top of the grid is not in view. */
  looked() {
    if (!this.columns || this.root.getBoundingClientRect().top >= 0) return null;
    const top = -this.root.getBoundingClientRect().top;
    const at = Math.ceil(top / (this.height + this.gap)) * this.columns;
    return at < this.items.length ? { id: this.items[at], top: this.topOf(at) } : null;
  }

  /** @param {number} at */
  topOf(at) {
    return this.root.getBoundingClientRect().top + Math.floor(at / this.columns) * (this.height + this.gap);
  }

  /**
   * A photo with those behind it, the best one first.
   * @param {number} id
   */
  stackOf(id) {
    return [id, ...(this.stacks[id] ?? [])];
  }

  /** How many photos stand in a row, and how high rows are; fixed until the width changes. */
  measure() {
    const style = getComputedStyle(this.root);
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const width = this.root.clientWidth;
    if (!width) return;
    const gap = parseFloat(style.getPropertyValue("--gap")) * rem;
    const least = parseFloat(style.getPropertyValue("--least")) * rem;
    const columns = Math.max(1, Math.floor((width + gap) / (least + gap)));
    const side = Math.floor((width - gap * (columns - 1)) / columns);
    const height = Math.round(side * 0.75) + parseFloat(style.getPropertyValue("--words")) * rem;
    const layout = [columns, side, height, gap].join();
    const rows = Math.ceil(this.items.length / columns);
    this.root.style.height = `${Math.max(0, Math.ceil(rows * (height + gap) - gap))}px`;
    if (layout !== this.layout) {
      Object.assign(this, { layout, columns, side, height, gap });
      for (const [at, tile] of this.tiles) this.place(tile, at);
    }
    this.draw();
  }

  /** Draw with the next frame. */
  draw() {
    this.drawing ||= requestAnimationFrame(() => this.drawNow());
  }

  drawNow() {
    cancelAnimationFrame(this.drawing);
    this.drawing = 0;
    if (!this.columns) return;
    const [first, last] = this.inView();
    const keep = this.root.contains(document.activeElement) ? this.current : -1;
    for (const [at, tile] of this.tiles) {
      if ((at >= first && at < last) || at === keep) continue;
      tile.remove();
      this.tiles.delete(at);
    }
    for (let at = first; at < last; at += 1) if (!this.tiles.has(at)) this.add(at);
    this.sort();
    this.fill();
    clearTimeout(this.settled);
    // Who scrolls past does not need the details.
    this.settled = setTimeout(() => this.store.want(this.items.slice(first, last)), SETTLED);
  }

  /** Fill the tiles of which something is known by now. */
  fill() {
    if (!this.question) return;
    for (const [at, tile] of this.tiles) {
      const photo = this.store.get(this.items[at]);
      if (photo === undefined || tile.dataset.filled) continue;
      tile.dataset.filled = "yes";
      fillTile(tile, photo, this.scores[at], this.question, this.stacks[this.items[at]]?.length ?? 0);
    }
  }

  /** Show which photos are selected. */
  mark() {
    for (const [at, tile] of this.tiles) this.markOne(tile, at);
  }

  /**
   * Make a photo the current one and bring it into view.
   * @param {number} at
   * @param {boolean} focus
   */
  goTo(at, focus) {
    if (!this.items.length) return;
    this.tiles.get(this.current)?.setAttribute("tabindex", "-1");
    this.current = Math.max(0, Math.min(this.items.length - 1, at));
    let tile = this.tiles.get(this.current);
    if (!tile) {
      tile = this.add(this.current);
      this.sort();
      this.fill();
    }
    tile.tabIndex = 0;
    this.root.tabIndex = -1;
    if (focus) tile.focus({ preventScroll: true });
    tile.scrollIntoView({ block: "nearest" });
    this.drawNow();
  }

  inView() {
    const { top } = this.root.getBoundingClientRect();
    const row = this.height + this.gap;
    const first = Math.max(0, Math.floor(-top / row) - AROUND);
    const last = Math.ceil((innerHeight - top) / row) + AROUND;
    return [first, Math.max(last, 0)].map((number) =>
      Math.min(this.items.length, number * this.columns),
    );
  }

  /** @param {number} at */
  add(at) {
    const tile = makeTile(at, this.items.length);
    this.tiles.set(at, tile);
    this.place(tile, at);
    this.markOne(tile, at);
    if (at === this.current && this.root.tabIndex < 0) tile.tabIndex = 0;
    return tile;
  }

  /** The order in the page is the order of the ranking, for those who do not see it. */
  sort() {
    let next = this.root.firstElementChild;
    for (const [, tile] of [...this.tiles].sort(([one], [other]) => one - other)) {
      if (tile === next) next = next.nextElementSibling;
      else this.root.insertBefore(tile, next);
    }
  }

  /**
   * @param {HTMLElement} tile
   * @param {number} at
   */
  place(tile, at) {
    const row = Math.floor(at / this.columns);
    Object.assign(tile.style, {
      width: `${this.side}px`,
      height: `${this.height}px`,
      left: `${(at % this.columns) * (this.side + this.gap)}px`,
      top: `${row * (this.height + this.gap)}px`,
    });
  }

  /**
   * @param {HTMLElement} tile
   * @param {number} at
   */
  markOne(tile, at) {
    tile.setAttribute("aria-selected", String(this.selection.has(this.items[at])));
  }

  /** @param {MouseEvent} event */
  click(event) {
    if (!(event.target instanceof Element)) return;
    const tile = event.target.closest(".tile");
    if (!(tile instanceof HTMLElement)) return;
    const at = Number(tile.dataset.at);
    const before = this.selection.anchor;
    this.goTo(at, true);
    this.selection.anchor = before;
    if (event.shiftKey) this.selection.extend(this.items, at);
    else if (event.ctrlKey || event.metaKey || event.target.closest(".tile-check")) {
      this.selection.toggle(this.items, at);
    } else this.onOpen(at);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const rows = Math.max(1, Math.floor(innerHeight / (this.height + this.gap)));
    /** @type {Record<string, number | undefined>} */
    const steps = {
      ArrowLeft: -1,
      ArrowRight: 1,
      ArrowUp: -this.columns,
      ArrowDown: this.columns,
      PageUp: -rows * this.columns,
      PageDown: rows * this.columns,
      Home: -Infinity,
      End: Infinity,
    };
    const step = steps[event.key];
    if (step !== undefined) {
      const to = this.current + step;
      // From the first row upwards there is nothing; other steps go to the first or last photo.
      if (Math.abs(step) === this.columns && (to < 0 || to >= this.items.length)) return;
      if (event.shiftKey && !this.selection.has(this.items[this.selection.anchor])) {
        this.selection.anchor = this.current;
      }
      this.goTo(to, true);
      if (event.shiftKey) this.selection.extend(this.items, this.current);
    } else if (event.key === " ") {
      if (event.shiftKey) this.selection.extend(this.items, this.current);
      else this.selection.toggle(this.items, this.current);
    } else if (event.key === "Enter") this.onOpen(this.current);
    else if (event.key === "a" && (event.ctrlKey || event.metaKey)) this.selection.all(this.items);
    else if (event.key === "Escape" && this.selection.size) this.selection.clear();
    else return;
    event.preventDefault();
  }
}
