// The tab for afterwards: who showed what when, in words and on bars; kept only if asked.

import { byId, element, offerFile, setText, stamp } from "../elements.js";
import { onSettings } from "../settings.js";
import { locale, onLanguage, phrase, setPhrase } from "../words/phrases.js";
import { makeBarOfTime } from "./bar.js";
import { currentConversation, forgetConversation } from "./journal.js";
import { dropConversation, dropConversations, keepConversation, keptConversations } from "./kept.js";
import { momentsOf, participantsOf } from "./moments.js";
import { giveName, LONGEST_NAME } from "./names.js";
import { clockOf, lengthOf, summaryOf, wordsOfMoment } from "./summary.js";
import { tableOf } from "./table.js";

/** @import { Conversation } from "./journal.js" */
/** @import { Moment, Participant } from "./moments.js" */

/** The kept conversation that is looked at; null for the one in memory. */
/** @type {Conversation | null} */
let opened = null;

const shown = () => opened ?? currentConversation();

/** Tie the buttons. */
export function startReview() {
  byId("keep").addEventListener("click", keep);
  byId("save-table").addEventListener("click", saveTable);
  byId("print").addEventListener("click", () => print());
  byId("delete").addEventListener("click", forgetShown);
  byId("delete-all").addEventListener("click", forgetAll);
  byId("back-to-now").addEventListener("click", () => open(null));
  document.addEventListener("tabchange", () => byId("review").hidden || show());
  onLanguage(show);
  onSettings(show);
  show();
}

function show() {
  const conversation = shown();
  const participants = participantsOf(conversation);
  const numbered = momentsOf(participants).map((moment, at) => ({ moment, number: at + 1 }));
  byId("review-empty").hidden = participants.length > 0;
  byId("review-full").hidden = participants.length === 0;
  byId("back-to-now").hidden = opened === null;
  byId("keep").hidden = opened !== null;
  setText(byId("review-title"), titleOf(conversation));
  const moments = numbered.map(({ moment }) => moment);
  byId("participants").replaceChildren(
    ...participants.map((participant) => {
      const own = numbered.filter(({ moment }) => moment.participant === participant);
      return makeParticipant(participant, conversation, own, moments);
    }),
  );
  setText(byId("review-end"), clockOf(conversation.seconds));
  byId("moments").replaceChildren(...numbered.map(({ moment, number }) => makeMoment(moment, number)));
  byId("no-moments").hidden = numbered.length > 0;
  showKept();
}

/** @param {Conversation} conversation */
function titleOf({ begun, seconds }) {
  if (!begun) return "";
  const date = new Date(begun).toLocaleString(locale(), { dateStyle: "long", timeStyle: "short" });
  return phrase("review.title", { date, long: lengthOf(seconds) });
}

/**
 * @param {Participant} participant
 * @param {Conversation} conversation
 * @param {{ moment: Moment, number: number }[]} own
 * @param {Moment[]} moments
 */
function makeParticipant(participant, { seconds }, own, moments) {
  const name = element("input", {
    type: "text",
    class: "name",
    value: participant.name,
    placeholder: participant.title,
    maxlength: LONGEST_NAME,
    autocomplete: "off",
    "aria-label": phrase("review.name", { name: participant.title }),
  });
  name.addEventListener("change", () => rename(participant, name.value));
  return element(
    "article",
    { class: "participant" },
    name,
    makeBarOfTime(participant, seconds, own, focusMoment),
    element("p", { class: "participant-words", text: summaryOf(participant, moments) }),
  );
}

/**
 * @param {Participant} participant
 * @param {string} name
 */
function rename({ numbers }, name) {
  for (const number of numbers) {
    if (opened === null) giveName(number, name);
    for (const speaker of opened?.speakers ?? []) {
      if (speaker.number === number) speaker.name = name.trim();
    }
  }
  if (opened) keepConversation(opened);
  show();
  byId("review-title").focus();
}

/**
 * @param {Moment} moment
 * @param {number} number
 */
function makeMoment(moment, number) {
  const words = element(
    "div",
    {},
    element("b", { text: clockOf(moment.from) }),
    element("span", { text: wordsOfMoment(moment) }),
  );
  const item = element("li", { id: `moment-${number}`, tabindex: -1 }, words);
  if (moment.picture) {
    item.prepend(element("img", { src: moment.picture, alt: "", width: 72, height: 72 }));
  }
  return item;
}

/** @param {number} number */
function focusMoment(number) {
  byId(`moment-${number}`).focus();
}

function keep() {
  const kept = keepConversation(currentConversation());
  setPhrase(byId("review-status"), kept ? "review.kept-now" : "review.no-room");
  showKept();
}

function saveTable() {
  offerFile(new Blob([tableOf(shown())], { type: "text/csv" }), `mien-${stamp()}.csv`);
}

/** Forget the one that is looked at, in memory and where it is kept. */
function forgetShown() {
  dropConversation(shown());
  if (opened === null) forgetConversation();
  told();
}

function forgetAll() {
  dropConversations();
  forgetConversation();
  told();
}

function told() {
  open(null);
  setPhrase(byId("review-status"), "review.deleted");
  byId("review-title").focus();
}

/** @param {Conversation | null} conversation */
function open(conversation) {
  opened = conversation;
  setText(byId("review-status"), "");
  show();
}

function showKept() {
  const kept = keptConversations();
  byId("kept").hidden = kept.length === 0;
  byId("kept-list").replaceChildren(
    ...kept.map((conversation) =>
      element(
        "li",
        {},
        element("button", { text: titleOf(conversation), onclick: () => open(conversation) }),
      ),
    ),
  );
}
