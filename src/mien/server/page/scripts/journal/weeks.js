// The week and the month: one mood a day, as the person said it.

import { byId, element, setText } from "../elements.js";
import { numberOf, phrase } from "../words/phrases.js";
import { openEntry } from "./entry.js";
import { MOODS, moodWord } from "./moods.js";
import { dateOf } from "./numbers.js";

/** @import { JournalEntries, KeptCheckIn } from "../answers.js" */
/** @import { Place } from "./journal.js" */

const DAY = 86_400_000;
const LONG = /** @type {const} */ ({ weekday: "long", day: "numeric", month: "long" });

/** A day in the week or the month that is looked at; null before the first look. */
/** @type {string | null} */
let chosen = null;
/** @type {Place} */
let span = "week";
/** @type {{ changed: () => void, toWeek: () => void }} */
let then;

/**
 * Tie the buttons.
 * @param {{ changed: () => void, toWeek: () => void }} calls
 */
export function startSpans(calls) {
  then = calls;
  byId("before").addEventListener("click", () => step(-1));
  byId("after").addEventListener("click", () => step(1));
}

/** Look at the days around today. */
export function toToday() {
  chosen = today();
}

/**
 * Show a week or a month.
 * @param {JournalEntries} entries
 * @param {Place} wanted
 */
export function showSpan({ check_ins: checkIns }, wanted) {
  const isSpan = wanted === "week" || wanted === "month";
  for (const id of ["spans", "days", "mood-key"]) byId(id).hidden = !isSpan;
  if (!isSpan) return;
  span = wanted;
  const around = (chosen ??= firstLook(checkIns));
  const days = groupByDay(checkIns);
  const shown = span === "week" ? week(around) : month(around);
  setText(byId("span-title"), titleOf(shown));
  const newest = checkIns.length ? dayOf(checkIns[checkIns.length - 1]) : "";
  const end = newest > today() ? newest : today();
  byId("after", HTMLButtonElement).disabled = shown[shown.length - 1] >= end;
  byId("before", HTMLButtonElement).disabled = !checkIns.length || shown[0] <= dayOf(checkIns[0]);
  byId("days").className = span;
  const past = shown.filter((day) => day <= end);
  if (span === "week") byId("days").replaceChildren(...past.map((day) => makeDay(day, days.get(day) ?? [])));
  else byId("days").replaceChildren(...makeMonth(shown, days));
  byId("mood-key").replaceChildren(
    ...MOODS.map((mood) =>
      element("li", {}, element("span", { class: `mood m${mood}`, text: mood, "aria-hidden": "true" }), moodWord(mood)),
    ),
  );
}

/** @param {KeptCheckIn} one */
function dayOf({ at }) {
  return at.slice(0, 10);
}

/** @param {KeptCheckIn[]} checkIns */
function groupByDay(checkIns) {
  /** @type {Map<string, KeptCheckIn[]>} */
  const days = new Map();
  for (const one of checkIns) days.set(dayOf(one), [...(days.get(dayOf(one)) ?? []), one]);
  return days;
}

/**
 * Today, or the newest check-in where that was long ago or, by another clock, is to come.
 * @param {KeptCheckIn[]} checkIns
 */
function firstLook(checkIns) {
  const newest = checkIns.length ? dayOf(checkIns[checkIns.length - 1]) : today();
  return newest > today() || newest < shift(today(), -6) ? newest : today();
}

/** @param {number} by */
function step(by) {
  const around = chosen ?? today();
  if (span === "week") chosen = shift(around, 7 * by);
  else {
    const [year, at] = around.split("-").map(Number);
    chosen = plain(new Date(Date.UTC(year, at - 1 + by, 1)));
  }
  then.changed();
}

/**
 * @param {string} day
 * @param {KeptCheckIn[]} checkIns
 */
function makeDay(day, checkIns) {
  const name = dateOf(day, { weekday: "short" });
  const date = dateOf(day, { day: "numeric", month: "short" });
  const head = element("h4", {}, element("span", { text: name }), element("span", { class: "small", text: date }));
  const made = element("section", { class: day === today() ? "day today" : "day" }, head);
  if (!checkIns.length) made.append(element("p", { class: "nothing small", text: phrase("weeks.nothing") }));
  for (const one of checkIns) made.append(makeCheckIn(one));
  return made;
}

/** @param {KeptCheckIn} one */
function makeCheckIn(one) {
  const further = [
    one.sleep === null ? "" : phrase("weeks.slept", { hours: numberOf(one.sleep) }),
    one.questionnaire ? `${one.questionnaire.questionnaire.toUpperCase()} ${one.questionnaire.sum}` : "",
    one.measures ? phrase("weeks.seen") : "",
  ].filter(Boolean);
  const time = one.at.slice(11, 16);
  return element(
    "button",
    { class: "checked-in", onclick: () => openEntry(one) },
    element(
      "span",
      { class: "mood-line" },
      element("span", { class: `mood m${one.mood}`, text: one.mood, "aria-hidden": "true" }),
      element("span", { class: "mood-word", text: moodWord(one.mood) }),
      element("span", { class: "small", text: time }),
    ),
    element("span", { class: "own-words", text: one.words || one.notes }),
    element("span", { class: "small", text: further.join(" · ") }),
  );
}

/**
 * @param {string[]} days
 * @param {Map<string, KeptCheckIn[]>} checkIns
 */
function makeMonth(days, checkIns) {
  const names = week(days[0]).map((day) =>
    element("span", { class: "weekday small", text: dateOf(day, { weekday: "short" }), "aria-hidden": "true" }),
  );
  const before = (new Date(`${days[0]}T12:00:00Z`).getUTCDay() + 6) % 7;
  const empty = Array.from({ length: before }, () => element("span", { class: "outside" }));
  return [...names, ...empty, ...days.map((day) => makeSquare(day, checkIns.get(day) ?? []))];
}

/**
 * @param {string} day
 * @param {KeptCheckIn[]} checkIns
 */
function makeSquare(day, checkIns) {
  const number = element("span", { class: "date", text: String(Number(day.slice(8))) });
  const here = day === today() ? " today" : "";
  const long = dateOf(day, LONG);
  if (!checkIns.length) {
    const told = phrase("weeks.open", { day: long, mood: phrase("weeks.nothing") });
    return element("span", { class: `square none${here}`, role: "img", "aria-label": told }, number);
  }
  const mean = checkIns.reduce((sum, { mood }) => sum + mood, 0) / checkIns.length;
  const mood = Math.floor(mean + 0.5);
  const words = checkIns.length > 1 ? `${moodWord(mood)}, ${phrase("weeks.several", { count: checkIns.length })}` : moodWord(mood);
  const go = () => {
    chosen = day;
    then.toWeek();
  };
  return element(
    "button",
    { class: `square m${mood}${here}`, "aria-label": phrase("weeks.open", { day: long, mood: words }), onclick: go },
    number,
    element("span", { class: "step", text: mood }),
  );
}

/** @param {string[]} days */
function titleOf(days) {
  if (span === "month") return dateOf(days[0], { month: "long", year: "numeric" });
  const [first, last] = [days[0], days[days.length - 1]];
  const begin = dateOf(first, { day: "numeric", month: "short" });
  return `${begin} – ${dateOf(last, { day: "numeric", month: "short", year: "numeric" })}`;
}

/** @param {string} day */
function week(day) {
  const monday = shift(day, -((new Date(`${day}T12:00:00Z`).getUTCDay() + 6) % 7));
  return Array.from({ length: 7 }, (_, at) => shift(monday, at));
}

/** @param {string} day */
function month(day) {
  const [year, at] = day.split("-").map(Number);
  const count = new Date(Date.UTC(year, at, 0)).getUTCDate();
  return Array.from({ length: count }, (_, index) => plain(new Date(Date.UTC(year, at - 1, index + 1))));
}

/**
 * @param {string} day
 * @param {number} by
 */
function shift(day, by) {
  return plain(new Date(Date.parse(`${day}T12:00:00Z`) + by * DAY));
}

/** @param {Date} date */
function plain(date) {
  return date.toISOString().slice(0, 10);
}

/** The date where the person is. */
function today() {
  const now = new Date();
  return plain(new Date(Date.UTC(now.getFullYear(), now.getMonth(), now.getDate())));
}
