// "Guess the expression": a face, four words, and what to look at.

import { byId, element, messageOf, setText } from "../elements.js";
import { drawFace } from "../faces/drawn.js";
import { poseOf } from "../faces/expressions.js";
import { LOOKS } from "../faces/looks.js";
import { labelOf, wordsOf } from "../labels.js";
import { onLanguage, phrase } from "../words/phrases.js";
import { noteSuccess } from "./progress.js";
import { drawnQuestion, ownQuestions } from "./questions.js";
import { tellsOf } from "./tells.js";

/** @import { Question } from "./questions.js" */

/** @type {Question[]} */
let own = [];
/** @type {Question} */
let question;
/** @type {string | null} */
let chosen = null;

/** Tie the game, and ask the first question. */
export function startGuess() {
  byId("guess-next").addEventListener("click", () => {
    ask();
    byId("guess-choices").querySelector("button")?.focus();
  });
  const input = byId("own-pictures", HTMLInputElement);
  input.addEventListener("change", () => {
    takeOwn([...(input.files ?? [])]);
    input.value = "";
  });
  onLanguage(show);
  ask();
}

function ask() {
  const next = own.shift();
  if (next || question?.look === null) setText(byId("guess-note"), next ? phrase("guess.mien-read") : "");
  question = next ?? drawnQuestion();
  chosen = null;
  show();
}

function show() {
  const picture = byId("guess-picture");
  picture.replaceChildren(question.picture);
  picture.setAttribute("aria-label", phrase("guess.face", { signs: question.tells().join("; ") }));
  byId("guess-choices").replaceChildren(...question.choices.map(makeChoice));
  byId("guess-next").hidden = chosen === null;
  byId("guess-told").replaceChildren(...(chosen === null ? [] : feedback(chosen)));
}

/** @param {string} label */
function makeChoice(label) {
  const right = chosen !== null && label === question.label;
  return element("button", {
    class: right ? "choice right" : label === chosen ? "choice chosen" : "choice",
    disabled: chosen !== null,
    text: labelOf(label),
    onclick: () => choose(label),
  });
}

/** @param {string} label */
function choose(label) {
  chosen = label;
  if (label === question.label && question.look !== null) noteSuccess("guessed", label);
  show();
  byId("guess-next").focus();
}

/**
 * What to look at. Who chose another word sees how that one would look.
 * @param {string} label - that was chosen
 */
function feedback(label) {
  const right = label === question.label;
  const words = wordsOf({ unsure: false, top: question.label, confidence: 1 });
  const signs = question.tells().join("; ");
  const told = element("p", {
    class: "told-first",
    text: phrase(right ? "guess.yes" : "guess.other", { words, word: labelOf(label) }),
  });
  const look = element("p", { text: signs ? phrase("guess.look", { signs }) : "" });
  if (right || question.look === null) return [told, look];
  const person = LOOKS[question.look];
  const compared = element(
    "div",
    { class: "compared" },
    captioned(drawFace(poseOf(question.label), person), labelOf(question.label), question.label),
    captioned(drawFace(poseOf(label), person), labelOf(label), label),
  );
  return [told, compared];
}

/**
 * @param {SVGSVGElement} picture
 * @param {string} title
 * @param {string} label
 */
function captioned(picture, title, label) {
  const caption = element("figcaption", {}, element("b", { text: title }), ` ${tellsOf(label).join("; ")}`);
  return element("figure", {}, picture, caption);
}

/** @param {File[]} files */
async function takeOwn(files) {
  const note = byId("guess-note");
  const failed = [];
  for (const [at, file] of files.entries()) {
    setText(note, phrase("photo.reading", { count: files.length - at }));
    try {
      own.push(...(await ownQuestions(file)));
    } catch (error) {
      failed.push(phrase("photo.failed", { name: file.name, why: messageOf(error) }));
    }
  }
  if (own.length) ask();
  else setText(note, failed.join(" ") || phrase("guess.nobody"));
}
