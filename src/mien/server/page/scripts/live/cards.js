// A card a person: the word, how long, the last minute, and in numbers if that is opened.

import { makeBar, setBar } from "../bars.js";
import { mayKeepPictures, letKeepPictures } from "../conversation/journal.js";
import { nameOf } from "../conversation/names.js";
import { byId, element, fillList, penOf, setText } from "../elements.js";
import { facePath, labelOf, patternOf, wordsOf } from "../labels.js";
import { phrase, setPhrase } from "../words/phrases.js";
import { sentencesOf } from "../words/visible.js";
import { ageOf, isInView, lastMinute } from "./people.js";

/** @import { Bar } from "../bars.js" */
/** @import { Look } from "./overlay.js" */
/** @import { Person } from "./people.js" */
/** @typedef {ReturnType<typeof makeCard>} Card */
/** @typedef {Pick<Look, "contrast" | "signs">} Shown */

const SPAN = 60_000;

/** Cards of the people in view; `onFollow(number)` when one is to be followed, or not any more. */
export class Cards {
  /** @param {(number: number) => void} onFollow */
  constructor(onFollow) {
    this.onFollow = onFollow;
    /** @type {Map<number, Card>} */
    this.byNumber = new Map();
  }

  /**
   * Bring the cards in line with `people` at `now`.
   * @param {Person[]} people
   * @param {number} now
   * @param {Shown} look
   */
  show(people, now, look) {
    const numbers = new Set(people.map((person) => person.number));
    for (const [number, card] of this.byNumber) {
      if (numbers.has(number)) continue;
      card.root.remove();
      this.byNumber.delete(number);
    }
    for (const person of people) {
      fill(this.byNumber.get(person.number) ?? this.add(person), person, now, look);
    }
    byId("nobody").hidden = people.length > 0;
  }

  /** @param {Person} person */
  add(person) {
    const card = makeCard(person, () => this.onFollow(person.number));
    this.byNumber.set(person.number, card);
    byId("people").append(card.root);
    return card;
  }

  /**
   * Mark the card of the person who is followed.
   * @param {number | null} chosen
   */
  mark(chosen) {
    for (const [number, { follow, root }] of this.byNumber) {
      follow.setAttribute("aria-pressed", String(number === chosen));
      setPhrase(follow, number === chosen ? "person.following" : "person.follow");
      root.classList.toggle("chosen", number === chosen);
    }
  }
}

/**
 * @param {Person} person
 * @param {() => void} onFollow
 */
function makeCard(person, onFollow) {
  const title = element("h3", { id: `person-${person.number}` });
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
  const numbers = element(
    "details",
    { class: "numbers" },
    element("summary", { phrase: "person.numbers" }),
    bars,
    makeConsent(person.number),
  );
  const more = element("div", { class: "person-more" }, signs, timeline, ends, numbers);
  const root = element(
    "article",
    { class: "person", "aria-labelledby": title.id, "data-track": person.track },
    element("div", { class: "person-head" }, title, follow),
    element("div", { class: "reading" }, face, element("div", {}, word, since)),
    more,
  );
  return { root, title, follow, face, word, since, signs, rows, timeline };
}

/**
 * Whether pictures of this person's moments may be kept; nobody's are until somebody says so.
 * @param {number} number
 */
function makeConsent(number) {
  const box = element("input", { type: "checkbox", class: "consent" });
  box.checked = mayKeepPictures(number);
  box.addEventListener("change", () => letKeepPictures(number, box.checked));
  return element("label", { class: "check" }, box, element("span", { phrase: "person.consent" }));
}

/**
 * @param {Card} card
 * @param {Person} person
 * @param {number} now
 * @param {Shown} look
 */
function fill(card, person, now, look) {
  const gone = !isInView(person, now);
  const age = ageOf(person, now);
  card.root.classList.toggle("gone", gone);
  card.root.classList.toggle("old", !gone && age > 0);
  const path = facePath(person.word.label);
  if (card.face.getAttribute("src") !== path) card.face.src = path;
  setText(card.title, nameOf(person.number));
  setText(card.word, wordsOf(person.word));
  card.word.classList.toggle("unsure", person.word.unsure);
  setText(card.since, sinceWhen(person, gone, age, now));
  if (gone) return;
  fillList(card.signs, look.signs ? sentencesOf(person.signs) : []);
  for (const [label, row] of card.rows) setBar(row, person.probabilities[label] ?? 0);
  drawTimeline(card.timeline, person, now, look);
}

/**
 * @param {Person} person
 * @param {boolean} gone
 * @param {number} age
 * @param {number} now
 */
function sinceWhen(person, gone, age, now) {
  if (gone) return phrase("person.gone");
  if (age) return phrase("answer.old", { count: age });
  const seconds = Math.max(0, Math.round((now - person.word.from) / 1000));
  return seconds ? phrase("person.for", { count: seconds }) : phrase("person.just-now");
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Person} person
 * @param {number} now
 * @param {Shown} look
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
