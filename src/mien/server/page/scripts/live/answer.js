// The answer in large letters: the word for one person, what speaks for it, and what to do when nobody can tell.

import { nameOf } from "../conversation/names.js";
import { byId, fillList, setText } from "../elements.js";
import { facePath, labelOf, sureness, wordsOf } from "../labels.js";
import { settings } from "../settings.js";
import { phrase, setPhrase } from "../words/phrases.js";
import { coveredOf, sentencesOf } from "../words/visible.js";
import { ageOf, isInView } from "./people.js";

/** @import { Person } from "./people.js" */

const QUITE_SURE = 0.8;
const SMALL = 0.12;
const WORTH_NAMING = 0.2;
const PLAIN = 0.45;
const STRONG = 0.8;

/**
 * Show the answer for `person`, or that nobody is there.
 * @param {Person | undefined} person
 * @param {object} about
 * @param {number} about.clock - ms of the page's clock
 * @param {boolean} about.several - whether it has to be said who
 * @param {boolean} about.dark - whether the picture is very dark
 */
export function showAnswer(person, { clock, several, dark }) {
  const root = byId("answer");
  const there = person && isInView(person, clock);
  root.hidden = false;
  root.classList.toggle("nobody", !there);
  if (!person || !there) {
    showNobody(dark);
    return;
  }
  const how = sureness(person.word);
  const age = ageOf(person, clock);
  root.classList.toggle("unsure", how !== "looks");
  root.classList.toggle("old", age > 0);
  const picture = byId("answer-face", HTMLImageElement);
  const path = facePath(how === "looks" ? person.word.label : "unsure");
  if (picture.getAttribute("src") !== path) picture.src = path;
  setText(byId("answer-who"), several ? nameOf(person.number) : "");
  setText(byId("answer-word"), wordsOf(person.word));
  setText(byId("answer-how"), age ? phrase("answer.old", { count: age }) : howMuch(person, clock));
  fillList(byId("answer-signs"), settings.signs ? sentencesOf(person.signs) : []);
  setText(byId("answer-help"), how === "looks" ? "" : whyUnsure(person, dark));
}

/** @param {boolean} dark */
function showNobody(dark) {
  byId("answer").classList.remove("unsure", "old");
  byId("answer-face", HTMLImageElement).src = facePath("mien");
  setText(byId("answer-who"), "");
  setPhrase(byId("answer-word"), "answer.nobody");
  setText(byId("answer-how"), "");
  fillList(byId("answer-signs"), []);
  setText(byId("answer-help"), phrase(dark ? "unsure.dark" : "answer.come-nearer"));
}

export function hideAnswer() {
  byId("answer").hidden = true;
}

/**
 * How strong it is, by the strongest sign that speaks for the word; how sure, where no sign does.
 * @param {Person} person
 * @param {number} clock
 */
function howMuch(person, clock) {
  const { word, signs } = person;
  const seconds = Math.max(0, Math.round((clock - word.from) / 1000));
  const long = seconds ? phrase("person.for", { count: seconds }) : phrase("person.just-now");
  if (word.unsure) return long;
  const speaking = (signs?.signs ?? []).filter((sign) => sign.speaks_for === word.label);
  const most = Math.max(0, ...speaking.map((sign) => sign.strength));
  if (!most) {
    return `${phrase(word.confidence >= QUITE_SURE ? "sure.quite" : "sure.fairly")}, ${long}`;
  }
  const strength = most >= STRONG ? "strength.strong" : most >= PLAIN ? "strength.plain" : "strength.slight";
  return `${phrase(strength)}, ${long}`;
}

/**
 * Why it can't tell, as far as that can be known, and what helps.
 * @param {Person} person
 * @param {boolean} dark
 */
function whyUnsure({ target, signs, doubt, probabilities }, dark) {
  const [, top, , bottom] = target;
  const turned = signs?.signs.some(({ name, strength }) => name === "head_turned" && strength > PLAIN);
  const covered = signs ? coveredOf(signs) : [];
  if (dark) return phrase("unsure.dark");
  if (bottom - top < SMALL) return phrase("unsure.small");
  if (turned) return phrase("unsure.turned");
  if (covered.length) return phrase("unsure.covered", { parts: covered.join(", ") });
  if (doubt === "illegible") return phrase("unsure.illegible");
  const [one, other] = Object.entries(probabilities).sort((a, b) => b[1] - a[1]);
  if (!other || other[1] < WORTH_NAMING) return phrase("unsure.weak");
  return phrase("unsure.between", { one: labelOf(one[0]), other: labelOf(other[0]) });
}
