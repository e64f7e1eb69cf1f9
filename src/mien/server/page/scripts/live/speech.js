// Saying a change aloud (Web Speech), and to screen readers.

import { nameOf } from "../conversation/names.js";
import { byId } from "../elements.js";
import { wordsOf } from "../labels.js";
import { settings } from "../settings.js";
import { locale, phrase } from "../words/phrases.js";

/** @import { Person } from "./people.js" */

const BETWEEN_SPOKEN = 1500;
const BETWEEN_ANNOUNCED = 3000;
const LONGER_WHEN_CALM = 2;

const last = { spoken: -Infinity, announced: -Infinity, words: "", aloud: "" };
/** @type {{ person: Person, several: boolean } | null} */
let pending = null;

/**
 * Tell that a word changed: to screen readers always, aloud if that is wanted. What comes too soon
 * waits, and only the newest of what waits is said.
 * @param {Person} person
 * @param {boolean} several - whether it has to be said who
 * @param {number} now
 */
export function tellChange(person, several, now) {
  pending = { person, several };
  tellPending(now);
}

/**
 * Say what waits, when enough time has passed and it is still true.
 * @param {number} now
 */
export function tellPending(now) {
  if (!pending) return;
  const { person, several } = pending;
  const told = wordsOf(person.word);
  const words = several ? phrase("person.says", { name: nameOf(person.number), words: told }) : told;
  const factor = settings.calm ? LONGER_WHEN_CALM : 1;
  const mayAnnounce = now - last.announced >= BETWEEN_ANNOUNCED * factor;
  if (mayAnnounce && words !== last.words) {
    byId("announcer").textContent = words;
    Object.assign(last, { announced: now, words });
  }
  const maySpeak = settings.speak && now - last.spoken >= BETWEEN_SPOKEN * factor;
  if (maySpeak && words !== last.aloud) {
    say(words);
    Object.assign(last, { spoken: now, aloud: words });
  }
  if (words === last.words && (!settings.speak || words === last.aloud)) pending = null;
}

/**
 * Say words aloud, in place of what is being said.
 * @param {string} words
 */
export function say(words) {
  if (!("speechSynthesis" in window)) return;
  const utterance = new SpeechSynthesisUtterance(words);
  utterance.lang = locale();
  speechSynthesis.cancel();
  speechSynthesis.speak(utterance);
}

/** Forget what was said and be silent. */
export function hush() {
  pending = null;
  Object.assign(last, { words: "", aloud: "" });
  window.speechSynthesis?.cancel();
}
