// One check-in to look at: its words can be changed, and it can be erased.

import { byId, messageOf, setText } from "../elements.js";
import { GONE, JournalError } from "../engine/journal-error.js";
import { phrase, setPhrase } from "../words/phrases.js";
import { chooseMood, chosenMood, fillMoods } from "./moods.js";
import { dateOf, percentOf, secondsOf } from "./numbers.js";
import { taskWord, whyPoor } from "./watch.js";

/** @import { JournalEngine, KeptCheckIn } from "../answers.js" */
/** @import { Key } from "../words/phrases.js" */

/** @type {KeptCheckIn | null} */
let opened = null;
/** Whether the button to erase was pressed once. */
let isSure = false;

const dialog = () => byId("entry", HTMLDialogElement);

/**
 * Tie the dialog.
 * @param {JournalEngine} journal
 * @param {{ changed: (words?: Key) => Promise<void>, refused: (error: unknown) => void }} then
 */
export function startEntry(journal, { changed, refused }) {
  fillMoods(byId("entry-moods"), "entry-mood");
  byId("entry-close").addEventListener("click", () => dialog().close());

  /** @param {Key} words @param {(one: KeptCheckIn) => Promise<unknown>} act */
  const act = async (words, act) => {
    if (!opened) return;
    try {
      await act(opened);
      dialog().close();
      await changed(words);
    } catch (error) {
      const isGone = error instanceof JournalError && error.status === GONE;
      setText(byId("entry-status"), isGone ? phrase("entry.gone") : messageOf(error));
      if (isGone) await changed();
      // What was typed stays in the dialog while the journal is opened again.
      else refused(error);
    }
  };
  byId("entry-form").addEventListener("submit", (event) => {
    event.preventDefault();
    act("entry.saved", ({ id }) => {
      const sleep = byId("entry-sleep", HTMLInputElement).value;
      return journal.change({
        id,
        mood: chosenMood(byId("entry-moods")) ?? 0,
        words: byId("entry-words", HTMLTextAreaElement).value,
        sleep: sleep === "" ? null : Number(sleep),
        notes: byId("entry-notes", HTMLTextAreaElement).value,
        without_camera: byId("entry-without", HTMLInputElement).checked,
      });
    });
  });
  byId("entry-erase").addEventListener("click", () => {
    if (!isSure) {
      isSure = true;
      setPhrase(byId("entry-erase"), "entry.erase-sure");
      return;
    }
    act("entry.erased", ({ id }) => journal.forget([id]));
  });
}

/**
 * Open a check-in.
 * @param {KeptCheckIn} one
 */
export function openEntry(one) {
  opened = one;
  isSure = false;
  const { at, mood, words, sleep, notes, questionnaire, measures } = one;
  const date = dateOf(at.slice(0, 10), { weekday: "short", day: "numeric", month: "short", year: "numeric" });
  setText(byId("entry-title"), phrase("entry.title", { date, time: at.slice(11, 16) }));
  chooseMood(byId("entry-moods"), mood);
  byId("entry-words", HTMLTextAreaElement).value = words;
  byId("entry-notes", HTMLTextAreaElement).value = notes;
  byId("entry-sleep", HTMLInputElement).value = sleep === null ? "" : String(sleep);
  byId("entry-asked").hidden = !questionnaire;
  if (questionnaire) {
    const { questionnaire: name, sum, most } = questionnaire;
    setText(byId("entry-asked"), phrase("entry.asked", { name: name.toUpperCase(), sum, most }));
  }
  byId("entry-seen").hidden = byId("entry-without-box").hidden = !measures;
  byId("entry-without", HTMLInputElement).checked = false;
  if (measures) setText(byId("entry-seen"), seenOf(one));
  setText(byId("entry-status"), "");
  setPhrase(byId("entry-erase"), "entry.erase");
  dialog().showModal();
}

/** @param {KeptCheckIn} one */
function seenOf({ task, measures, poor }) {
  const values = {
    task: taskWord(task ?? ""),
    seconds: secondsOf(Number(measures?.["seconds"])),
    percent: percentOf(Number(measures?.["face_seen"])),
  };
  const told = phrase("entry.seen", values);
  return poor ? `${told} ${phrase("entry.seen-poor", { why: whyPoor(poor) })}` : told;
}
