// A check-in: own words and a mood first. What is typed stays in the page's memory until it is kept.

import { byId, element, setText } from "../elements.js";
import { onLanguage, phrase, setPhrase } from "../words/phrases.js";
import { chooseMood, chosenMood, fillMoods } from "./moods.js";
import { percentOf, secondsOf } from "./numbers.js";

/** @import { JournalEngine, NewCheckIn, Seen } from "../answers.js" */

/** Items of each questionnaire; the longer one begins with the shorter one's. */
const ITEMS = /** @type {Record<string, number>} */ ({ "phq-2": 2, "phq-8": 8 });
const ANSWERS = [0, 1, 2, 3];

/** What the camera saw, and during which task; null without. */
/** @type {{ task: string, seen: Seen } | null} */
let watched = null;
let isKeeping = false;

/**
 * Tie the form.
 * @param {JournalEngine} journal
 * @param {{ kept: () => void, refused: (error: unknown) => void, toCamera: () => void }} then
 */
export function startCheckIn(journal, { kept, refused, toCamera }) {
  fillMoods(byId("moods"), "mood");
  byId("questionnaire").addEventListener("change", showQuestions);
  byId("to-camera").addEventListener("click", () => isReady() && toCamera());
  byId("drop-seen").addEventListener("click", () => takeSeen(null));
  byId("check-in", HTMLFormElement).noValidate = true; // The page says it in its own language.
  byId("check-in").addEventListener("submit", async (event) => {
    event.preventDefault();
    if (isKeeping || !isReady()) return;
    isKeeping = true;
    try {
      await journal.keep(written());
      clear();
      kept();
    } catch (error) {
      refused(error);
    } finally {
      isKeeping = false;
    }
  });
  addEventListener("beforeunload", (event) => {
    if (isTyped()) event.preventDefault();
  });
  onLanguage(() => {
    showQuestions();
    showSeen();
  });
}

/** Whether something was written that is not kept yet. */
export function isTyped() {
  const texts = [...byId("check-in").querySelectorAll("textarea, #sleep")];
  return watched !== null || texts.some((field) => /** @type {HTMLInputElement} */ (field).value.trim() !== "");
}

/**
 * Let what the camera saw go along with the check-in.
 * @param {{ task: string, seen: Seen } | null} what
 */
export function takeSeen(what) {
  watched = what;
  showSeen();
}

function showSeen() {
  const words = byId("seen-words");
  words.hidden = byId("drop-seen").hidden = watched === null;
  if (!watched) return;
  const { measures } = watched.seen;
  const values = { seconds: secondsOf(Number(measures["seconds"])), percent: percentOf(Number(measures["face_seen"])) };
  setText(words, phrase("say.seen", values));
}

/** Whether all is there that is needed; says what is not. */
function isReady() {
  const status = byId("journal-status");
  if (chosenMood(byId("moods")) === null) {
    setPhrase(status, "say.no-mood");
    byId("moods").querySelector("input")?.focus();
    return false;
  }
  if (answers()?.includes(-1)) {
    setPhrase(status, "say.not-all");
    byId("check-in-more", HTMLDetailsElement).open = true;
    byId("questions").querySelector("fieldset:not(:has(input:checked)) input")?.dispatchEvent(new Event("focus"));
    return false;
  }
  return true;
}

/** @returns {NewCheckIn} */
function written() {
  const name = byId("questionnaire", HTMLSelectElement).value;
  const sleep = byId("sleep", HTMLInputElement).value;
  const found = answers();
  return {
    mood: chosenMood(byId("moods")) ?? 0,
    words: byId("words", HTMLTextAreaElement).value,
    questionnaire: found ? { name, answers: found } : null,
    sleep: sleep === "" ? null : Number(sleep),
    notes: byId("notes", HTMLTextAreaElement).value,
    task: watched?.task ?? null,
    measures: watched?.seen.measures ?? null,
  };
}

function clear() {
  byId("check-in", HTMLFormElement).reset();
  chooseMood(byId("moods"), null);
  byId("check-in-more", HTMLDetailsElement).open = false;
  takeSeen(null);
  showQuestions();
}

/** Answers of the questionnaire that is chosen, -1 where there is none yet; null when none is asked. */
function answers() {
  const count = ITEMS[byId("questionnaire", HTMLSelectElement).value];
  if (!count) return null;
  return Array.from({ length: count }, (_, item) => {
    const chosen = byId("questions").querySelector(`input[name="item-${item}"]:checked`);
    return chosen instanceof HTMLInputElement ? Number(chosen.value) : -1;
  });
}

function showQuestions() {
  const count = ITEMS[byId("questionnaire", HTMLSelectElement).value] ?? 0;
  const before = answers() ?? [];
  const box = byId("questions");
  box.hidden = !count;
  const items = Array.from({ length: count }, (_, item) => makeItem(item, before[item]));
  box.replaceChildren(
    element("p", { text: phrase("phq.question") }),
    ...items,
    element("p", { class: "small", text: phrase("phq.source") }),
  );
}

/**
 * @param {number} item
 * @param {number | undefined} answer
 */
function makeItem(item, answer) {
  const choices = ANSWERS.map((worth) =>
    element(
      "label",
      {},
      element("input", { type: "radio", name: `item-${item}`, value: worth, checked: worth === answer }),
      element("span", { phrase: /** @type {"phq.answer-0"} */ (`phq.answer-${worth}`) }),
    ),
  );
  const legend = element("legend", { phrase: /** @type {"phq.item-0"} */ (`phq.item-${item}`) });
  return element("fieldset", { class: "question" }, legend, ...choices);
}
