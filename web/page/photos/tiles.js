// The photos that answer a question, as tiles. Each has its picture only while it is in view.

import { byId, element, setText } from "mien-page/elements.js";
import { facePath, labelOf, percent } from "mien-page/labels.js";

import { say } from "./phrases.js";
import { WEAK, ownLabels } from "./ranking.js";
import { makeThumbnail } from "./thumbnails.js";

/** @import { Ranked } from "./ranking.js" */

/** So many tiles, and as many more each time they are asked for. */
const AT_ONCE = 60;
const MOST_WORDS = 2;
/** How far outside the window pictures are made already. */
const AROUND = "300px";

/** The list of tiles. */
export class Tiles {
  /**
   * @param {(path: string) => (() => Promise<File>) | undefined} opener - how to get at a photo now
   * @param {(file: File) => void} onOpen - a photo was chosen
   */
  constructor(opener, onOpen) {
    this.opener = opener;
    this.onOpen = onOpen;
    this.root = byId("folder-tiles");
    this.more = byId("folder-more");
    /** @type {Ranked[]} */
    this.ranked = [];
    this.label = "";
    this.most = AT_ONCE;
    /** @type {Map<string, Tile>} */
    this.tiles = new Map();
    /** @type {WeakMap<Element, Tile>} */
    this.byRoot = new WeakMap();
    this.watch = new IntersectionObserver(
      (changes) => {
        for (const { target, isIntersecting } of changes) {
          const tile = this.byRoot.get(target);
          if (isIntersecting) tile?.enter();
          else tile?.leave();
        }
      },
      { rootMargin: AROUND },
    );
    this.more.addEventListener("click", () => {
      const next = this.most;
      this.most += AT_ONCE;
      this.draw();
      this.root.children[next]?.querySelector("button")?.focus();
    });
  }

  /**
   * @param {Ranked[]} ranked
   * @param {string} label
   */
  show(ranked, label) {
    if (label !== this.label) this.most = AT_ONCE;
    this.ranked = ranked;
    this.label = label;
    this.draw();
  }

  /** Whether the person is in one of the tiles. */
  get isUsed() {
    return this.root.contains(document.activeElement);
  }

  draw() {
    const focused = [...this.tiles].find(([, { root }]) => root.contains(document.activeElement))?.[0];
    const shown = this.ranked.slice(0, this.most);
    const wanted = new Set(shown.map(({ photo }) => photo.path));
    for (const [path, tile] of this.tiles) {
      if (wanted.has(path)) continue;
      this.watch.unobserve(tile.root);
      tile.leave();
      this.tiles.delete(path);
    }
    const roots = shown.map((ranked, at) => {
      const { path } = ranked.photo;
      let tile = this.tiles.get(path);
      if (!tile) {
        tile = new Tile(path, this);
        this.tiles.set(path, tile);
        this.byRoot.set(tile.root, tile);
        this.watch.observe(tile.root);
      }
      tile.fill(ranked, at + 1, this.label);
      return tile.root;
    });
    this.root.replaceChildren(...roots);
    this.more.hidden = this.ranked.length <= this.most;
    if (focused) this.tiles.get(focused)?.button.focus({ preventScroll: true });
  }

  /** Try again to show what could not be shown: another folder is open. */
  renew() {
    for (const tile of this.tiles.values()) tile.renew();
  }
}

class Tile {
  /**
   * @param {string} path
   * @param {Tiles} tiles
   */
  constructor(path, tiles) {
    this.path = path;
    this.tiles = tiles;
    this.inView = false;
    this.address = "";
    this.frame = element("span", { class: "folder-frame" });
    this.own = element("span", { class: "folder-own" });
    this.score = element("span", { class: "folder-score" });
    const name = element("span", { class: "folder-name", text: nameOf(path) });
    this.button = element(
      "button",
      { class: "folder-tile", title: path, onclick: () => this.open() },
      this.frame,
      this.own,
      this.score,
      name,
    );
    this.root = element("li", {}, this.button);
    /** @type {Ranked | null} */
    this.ranked = null;
  }

  /**
   * @param {Ranked} ranked
   * @param {number} at - its place, from 1
   * @param {string} label
   */
  fill(ranked, at, label) {
    const { photo, score } = ranked;
    // Read anew, and so perhaps another picture.
    if (this.ranked && this.ranked.photo.modified !== photo.modified) this.renew();
    this.ranked = ranked;
    const own = ownLabels(photo);
    const words = own.slice(0, MOST_WORDS).map(labelOf).join(", ");
    const scored = say("folder.score", { label: labelOf(label), percent: percent(score) });
    const faces = say("folder.faces", { count: photo.faces.length });
    this.own.replaceChildren(
      element("img", { src: facePath(own[0]), alt: "", width: 20, height: 20 }),
      element("span", { text: words }),
    );
    setText(this.score, `${scored} · ${faces}`);
    const weak = score < WEAK;
    this.root.classList.toggle("weak", weak);
    const values = { at, name: nameOf(this.path), own: words, score: scored, faces };
    this.button.setAttribute("aria-label", say(weak ? "folder.tile-weak" : "folder.tile", values));
  }

  async enter() {
    this.inView = true;
    if (this.address || !this.ranked) return;
    const { photo } = this.ranked;
    const open = this.tiles.opener(this.path);
    if (!open) {
      this.tell(say("folder.not-open"));
      return;
    }
    try {
      const address = await makeThumbnail(photo, open, () => this.inView && !this.address);
      if (!address) return;
      if (!this.inView || this.address) {
        URL.revokeObjectURL(address);
        return;
      }
      this.address = address;
      this.frame.replaceChildren(element("img", { src: address, alt: "" }));
    } catch {
      this.tell(say("folder.not-there"));
    }
  }

  leave() {
    this.inView = false;
    this.frame.replaceChildren();
    if (this.address) URL.revokeObjectURL(this.address);
    this.address = "";
  }

  renew() {
    const { inView } = this;
    this.leave();
    if (inView) this.enter();
  }

  async open() {
    const open = this.tiles.opener(this.path);
    if (!open) {
      this.tell(say("folder.not-open"));
      return;
    }
    try {
      this.tiles.onOpen(await open());
    } catch {
      this.tell(say("folder.not-there"));
    }
  }

  /** @param {string} words */
  tell(words) {
    this.frame.replaceChildren(element("span", { text: words }));
  }
}

/** @param {string} path */
function nameOf(path) {
  return path.slice(path.lastIndexOf("/") + 1);
}
