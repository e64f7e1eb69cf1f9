// One photo, large: its faces, their bars, and why it stands where it stands.

import { makeBar, setBar } from "../bars.js";
import { byId, element, messageOf, setText } from "../elements.js";
import { colourOf, percent, wordsOf } from "../labels.js";
import { phrase, setPhrase, twoPlaces } from "../words/phrases.js";
import { askJson } from "./ask.js";
import { showStack, wantedOf } from "./stack.js";
import { thumbnailOf } from "./tile.js";
import { asideWords, dateOf, nameOf, reasonWords, scoreWords } from "./words.js";

/** @import { AlbumFace, AlbumPhoto, LookAnswer } from "../answers.js" */
/** @import { Grid } from "./grid.js" */
/** @import { Question } from "./words.js" */

const LEAST_BAR = 0.005;
/** @type {Record<string, number | undefined>} */
const STEPS = { ArrowLeft: -1, ArrowRight: 1 };

/** The dialogue that shows one photo of the grid. */
export class Detail {
  /**
   * @param {Grid} grid
   * @param {(id: number, name: string) => void} onSimilar
   */
  constructor(grid, onSimilar) {
    this.grid = grid;
    this.at = 0;
    /** @type {number | null} */
    this.next = null;
    /** The photo that is shown: that at its place, or one of those behind it. */
    this.id = 0;
    this.dialog = byId("detail", HTMLDialogElement);
    byId("detail-close").addEventListener("click", () => this.dialog.close());
    byId("detail-before").addEventListener("click", () => this.step(-1));
    byId("detail-after").addEventListener("click", () => this.step(1));
    byId("detail-select").addEventListener("click", () => this.select());
    byId("detail-similar").addEventListener("click", () => {
      const { id } = this;
      const photo = this.grid.store.get(id);
      this.dialog.close();
      onSimilar(id, photo ? nameOf(photo.path) : phrase("detail.this"));
    });
    this.dialog.addEventListener("keydown", (event) => this.key(event));
    this.dialog.addEventListener("click", (event) => {
      if (event.target === this.dialog) this.dialog.close();
    });
    this.dialog.addEventListener("close", () => {
      this.next = null;
      this.grid.goTo(this.at, true);
    });
  }

  /**
   * Show the photo that many places further on, which may be on its way already.
   * @param {number} places
   */
  step(places) {
    if (this.next !== null) this.open(this.next + places);
  }

  /**
   * Show the photo at this place of the ranking, unless another is asked for before it is here.
   * @param {number} at
   */
  async open(at) {
    if (at < 0 || at >= this.grid.items.length) return;
    this.next = at;
    const id = this.grid.items[at];
    await this.grid.store.want([id]);
    if (this.next !== at) return;
    const photo = this.grid.store.get(id);
    if (photo === undefined) {
      // It could not be fetched, and the page says so.
      this.next = this.at;
      return;
    }
    this.at = at;
    this.id = id;
    this.show(photo);
    this.showStack();
    if (!this.dialog.open) {
      this.dialog.showModal();
      byId("detail-title").focus();
    }
    for (const body of this.dialog.querySelectorAll(".detail-body")) body.scrollTop = 0;
    if (photo) await this.load(photo);
  }

  /** The photos of the same moment, when something is known of them. */
  async showStack() {
    const { at } = this;
    const stack = this.grid.stackOf(this.grid.items[at]);
    if (stack.length > 1) await this.grid.store.want(wantedOf(stack));
    if (this.at !== at) return;
    showStack(stack, this.id, this.grid.store, async (id) => {
      this.id = id;
      const photo = this.grid.store.get(id) ?? null;
      this.show(photo);
      this.showStack();
      if (photo) await this.load(photo);
    });
  }

  /** @param {AlbumPhoto | null} photo - null when it has gone */
  show(photo) {
    const { items, scores, question, selection } = this.grid;
    if (!question) return; // Nothing was ranked yet, so that there is no photo to show.
    setText(byId("detail-title"), photo ? nameOf(photo.path) : phrase("detail.gone"));
    byId("detail-before", HTMLButtonElement).disabled = this.at === 0;
    byId("detail-after", HTMLButtonElement).disabled = this.at === items.length - 1;
    byId("detail-similar", HTMLButtonElement).disabled = !photo?.faces.length;
    byId("detail-select").setAttribute("aria-pressed", String(selection.has(this.id)));
    setPhrase(byId("detail-select"), selection.has(this.id) ? "detail.selected" : "detail.select");
    const onTop = this.id === items[this.at];
    const score = onTop ? scores[this.at] : (photo?.score ?? 0);
    const place = { at: this.at + 1, all: items.length, score: scoreWords(score, question) };
    setText(byId("detail-score"), phrase(onTop ? "detail.place" : "detail.behind", place));
    if (!photo) {
      setText(byId("detail-reason"), phrase("detail.gone-means"));
      byId("detail-picture").replaceChildren();
      byId("detail-faces").replaceChildren();
      byId("detail-facts").replaceChildren();
      return;
    }
    setText(
      byId("detail-reason"),
      question.similar
        ? phrase("detail.alike")
        : reasonWords(photo, question),
    );
    this.picture(photo, thumbnailOf(photo));
    byId("detail-faces").replaceChildren(
      ...photo.faces.map((face, number) => faceCard(face, number + 1, question)),
    );
    byId("detail-facts").replaceChildren(...facts(photo));
  }

  /**
   * @param {AlbumPhoto} photo
   * @param {string} source
   */
  picture(photo, source) {
    const image = element("img", { alt: phrase("detail.picture", { name: nameOf(photo.path) }), src: source });
    const frame = element("div", { class: "detail-frame" }, image);
    frame.style.aspectRatio = `${photo.width} / ${photo.height}`;
    frame.style.setProperty("--ratio", String(photo.width / photo.height));
    for (const [number, face] of photo.faces.entries()) frame.append(marker(face, number + 1, photo));
    byId("detail-picture").replaceChildren(frame);
  }

  /**
   * The picture at the screen's size, and the faces cut out.
   * @param {AlbumPhoto} photo
   */
  async load(photo) {
    const { id } = this;
    /** @type {LookAnswer} */
    let answer;
    try {
      answer = await askJson(`/look?photo=${photo.id}`);
    } catch (error) {
      if (this.id === id) {
        const message = messageOf(error);
        const words = message[0].toUpperCase() + message.slice(1);
        byId("detail-picture").replaceChildren(element("p", { class: "detail-missing", text: `${words}.` }));
      }
      return;
    }
    if (this.id !== id) return;
    for (const image of byId("detail-picture").querySelectorAll("img")) image.src = answer.photo;
    const cards = byId("detail-faces").children;
    answer.faces.forEach((source, number) => {
      const crop = cards[number]?.querySelector(".face-crop");
      if (crop instanceof HTMLImageElement) crop.src = source;
    });
  }

  select() {
    const { items, selection } = this.grid;
    if (this.id === items[this.at]) selection.toggle(items, this.at);
    else selection.toggleOne(this.id);
    const photo = this.grid.store.get(this.id) ?? null;
    this.show(photo);
    if (photo) this.load(photo);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const onButton = event.target instanceof Element && event.target.closest("button");
    if (onButton && event.key === " ") return;
    const step = STEPS[event.key];
    if (step) this.step(step);
    else if (event.key === " ") this.select();
    else return;
    event.preventDefault();
  }
}

/**
 * @param {AlbumFace} face
 * @param {number} number
 * @param {AlbumPhoto} photo
 */
function marker(face, number, { width, height }) {
  const [left, top, right, bottom] = face.xyxy;
  const made = element(
    "span",
    { class: `face-box${face.counted ? "" : " aside"}`, "aria-hidden": "true" },
    element("span", { class: "marker-number", text: number }),
  );
  Object.assign(made.style, {
    left: `${(100 * left) / width}%`,
    top: `${(100 * top) / height}%`,
    width: `${(100 * (right - left)) / width}%`,
    height: `${(100 * (bottom - top)) / height}%`,
    borderColor: colourOf(face.label),
  });
  return made;
}

/**
 * @param {AlbumFace} face
 * @param {number} number
 * @param {Question} question
 */
function faceCard(face, number, question) {
  const bars = element("ul", { class: "bars" });
  const ordered = Object.entries(face.probabilities).sort((one, other) => other[1] - one[1]);
  for (const [label, probability] of ordered) {
    const bar = makeBar(label);
    setBar(bar, probability);
    if (label === question.first) bar.root.classList.add("asked");
    if (probability >= LEAST_BAR || label === question.first) bars.append(bar.root);
  }
  const [top, confidence] = ordered[0];
  const word = wordsOf({ unsure: face.unsure, top, confidence });
  const note = face.counted
    ? question.similar
      ? ""
      : phrase("detail.counts", {
          score: question.only && question.rule !== "share" ? percent(face.value) : twoPlaces(face.value),
        })
    : asideWords(face, question);
  return element(
    "section",
    { class: `face-card${face.counted ? "" : " aside"}`, "aria-label": phrase("detail.face", { at: number }) },
    element("img", { class: "face-crop", alt: "", width: 96, height: 96, src: "icons/unsure.svg" }),
    element(
      "div",
      { class: "face-words" },
      element("h3", {}, element("span", { class: "face-number", text: number }), ` ${word}`),
      element("p", { class: "small", text: note }),
    ),
    bars,
  );
}

/** @param {AlbumPhoto} photo */
function facts(photo) {
  const { width, height, latitude, longitude } = photo;
  const rows = [
    [phrase("detail.taken"), dateOf(photo.taken, true) || phrase("detail.unknown")],
    [phrase("detail.size"), phrase(photo.turned ? "detail.turned" : "detail.pixels", { width: String(width), height: String(height) })],
    [phrase("detail.file"), photo.incomplete ? phrase("detail.cut-off", { path: photo.path }) : photo.path],
  ];
  if (typeof latitude === "number" && typeof longitude === "number") {
    rows.splice(1, 0, [phrase("detail.where"), `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`]);
  }
  return rows.flatMap(([name, value]) => [element("dt", { text: name }), element("dd", { text: value })]);
}
