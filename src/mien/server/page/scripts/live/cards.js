// A card a person: the word, how long, bars of all expressions, and the last minute.

import { makeBar, setBar } from "../bars.js";
import { byId, element, penOf, setText } from "../elements.js";
import { facePath, labelOf, patternOf, wordsOf } from "../labels.js";
import { phrase, setPhrase } from "../words/phrases.js";
import { isInView, lastMinute } from "./people.js";

/** @import { Look } from "./overlay.js" */
/** @import { Person } from "./people.js" */
/** @typedef {ReturnType<typeof makeCard>} Card */
/** @import { Bar } from "../bars.js" */

const SPAN = 60_000;

/** Cards of the people in view; `onChoose(number or null)` when one is to be followed. */
export class Cards {
  /** @param {(number: number | null) => void} onChoose */
  constructor(onChoose) {
    this.onChoose = onChoose;
    /** @type {Map<number, Card>} */
    this.byNumber = new Map();
    /** @type {number | null} */
    this.chosen = null;
  }

  /**
   * Bring the cards in line with `people` at `now`.
   * @param {Person[]} people
   * @param {number} now
   * @param {Pick<Look, "contrast">} look
   */
  show(people, now, look) {
    const numbers = new Set(people.map((person) => person.number));
    for (const [number, card] of this.byNumber) {
      if (numbers.has(number)) continue;
      card.root.remove();
      this.byNumber.delete(number);
      if (this.chosen === number) this.choose(null);
    }
    for (const person of people) {
      fill(this.byNumber.get(person.number) ?? this.add(person), person, now, look);
    }
    byId("nobody").hidden = people.length > 0;
  }

  /** @param {Person} person */
  add(person) {
    const card = makeCard(person, () =>
      this.choose(this.chosen === person.number ? null : person.number),
    );
    this.byNumber.set(person.number, card);
    byId("people").append(card.root);
    return card;
  }

  /** @param {number | null} number */
  choose(number) {
    this.chosen = number;
    for (const [own, card] of this.byNumber) {
      card.follow.setAttribute("aria-pressed", String(own === number));
      setPhrase(card.follow, own === number ? "person.following" : "person.follow");
      card.root.classList.toggle("chosen", own === number);
    }
    this.onChoose(number);
  }
}

/**
 * @param {Person} person
 * @param {() => void} onFollow
 */
function makeCard(person, onFollow) {
  const title = element("h3", { phrase: "person.number", values: { number: person.number }, id: `person-${person.number}` });
  const follow = element("button", {
    class: "follow",
    "aria-pressed": "false",
    "aria-describedby": title.id,
    phrase: "person.follow",
    onclick: onFollow,
  });
  const face = element("img", { alt: "", width: 64, height: 64 });
  const word = element("p", { class: "word" });
  const since = element("p", { class: "since" });
  const signs = element("ul", { class: "signs" });
  const bars = element("ul", { class: "bars" });
  /** @type {Map<string, Bar>} */
  const rows = new Map();
  for (const label of Object.keys(person.probabilities)) {
    const row = makeBar(label);
    rows.set(label, row);
    bars.append(row.root);
  }
  const timeline = element("canvas", { class: "timeline", role: "img", width: 600, height: 44 });
  const ends = element(
    "p",
    { class: "ends", "aria-hidden": "true" },
    element("span", { phrase: "person.minute-ago" }),
    element("span", { phrase: "person.now" }),
  );
  const root = element(
    "article",
    { class: "person", "aria-labelledby": title.id, "data-track": person.track },
    element("div", { class: "person-head" }, title, follow),
    element("div", { class: "reading" }, face, element("div", {}, word, since)),
    signs,
    bars,
    timeline,
    ends,
  );
  return { root, follow, face, word, since, signs, rows, timeline };
}

/**
 * @param {Card} card
 * @param {Person} person
 * @param {number} now
 * @param {Pick<Look, "contrast">} look
 */
function fill(card, person, now, look) {
  const gone = !isInView(person, now);
  card.root.classList.toggle("gone", gone);
  const path = facePath(person.word.label);
  if (card.face.getAttribute("src") !== path) card.face.src = path;
  setText(card.word, wordsOf(person.word));
  card.word.classList.toggle("unsure", person.word.unsure);
  const seconds = Math.max(0, Math.round((now - person.word.from) / 1000));
  const long = seconds ? phrase("person.for", { count: seconds }) : phrase("person.just-now");
  setText(card.since, gone ? phrase("person.gone") : person.word.unsure ? phrase("person.unsure", { long }) : long);
  fillSigns(card.signs, gone ? [] : person.sentences);
  for (const [label, row] of card.rows) setBar(row, person.probabilities[label] ?? 0);
  drawTimeline(card.timeline, person, now, look);
}

/**
 * What is visible now; nothing is touched while it stays the same.
 * @param {HTMLElement} list
 * @param {string[]} sentences
 */
function fillSigns(list, sentences) {
  const shown = [...list.children].map((item) => item.textContent);
  if (shown.length === sentences.length && shown.every((text, at) => text === sentences[at])) return;
  list.replaceChildren(...sentences.map((text) => element("li", { text })));
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Person} person
 * @param {number} now
 * @param {Pick<Look, "contrast">} look
 */
function drawTimeline(canvas, person, now, look) {
  const context = penOf(canvas);
  const { width, height } = canvas;
  context.clearRect(0, 0, width, height);
  const place = (/** @type {number} */ time) => ((time - now + SPAN) / SPAN) * width;
  for (const { label, from, to } of person.segments) {
    const [left, right] = [Math.max(0, place(from)), Math.min(width, place(to))];
    if (right <= left) continue;
    context.fillStyle = patternOf(context, label, look.contrast);
    context.fillRect(left, 0, right - left, height);
    context.fillStyle = "#000000";
    context.fillRect(left, 0, 1.5, height);
  }
  const words = lastMinute(person, now).map(([label, seconds]) =>
    phrase("person.seconds", { label: labelOf(label), count: Math.round(seconds) }),
  );
  const told = words.join(", ") || phrase("person.nothing");
  canvas.setAttribute("aria-label", phrase("person.last-minute", { words: told }));
}

/**
 * The legend: pattern, face and word of each label.
 * @param {HTMLElement} list
 * @param {string[]} labels
 * @param {Pick<Look, "contrast">} look
 */
export function showLegend(list, labels, look) {
  list.replaceChildren(
    ...labels.map((label) => {
      const swatch = element("canvas", { width: 48, height: 28, "aria-hidden": "true" });
      const context = penOf(swatch);
      context.fillStyle = patternOf(context, label, look.contrast);
      context.fillRect(0, 0, 48, 28);
      const face = element("img", { src: facePath(label), alt: "", width: 24, height: 24 });
      return element("li", {}, swatch, face, element("span", { text: labelOf(label) }));
    }),
  );
}
