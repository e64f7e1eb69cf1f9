// Conversations that the person wants to keep: in this browser only.

/** @import { Conversation, Speaker, Span } from "./journal.js" */

const KEY = "mien.conversations";
const PICTURE = /^data:image\/jpeg;base64,[A-Za-z0-9+/=]+$/;

/**
 * Those that are kept, newest first; what is no conversation is left out.
 * @returns {Conversation[]}
 */
export function keptConversations() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? kept.filter(isConversation) : [];
  } catch {
    return []; // Storage is off, or something else wrote there.
  }
}

/**
 * Keep a conversation; one that began at the same moment is replaced.
 * @param {Conversation} conversation
 * @returns {boolean} false when there is no room, or storage is off; then nothing has changed
 */
export function keepConversation(conversation) {
  const others = keptConversations().filter(({ begun }) => begun !== conversation.begun);
  try {
    localStorage.setItem(KEY, JSON.stringify([conversation, ...others]));
    return true;
  } catch {
    return false;
  }
}

/**
 * Forget one that was kept.
 * @param {Conversation} conversation
 */
export function dropConversation({ begun }) {
  const left = keptConversations().filter((one) => one.begun !== begun);
  if (!left.length) dropConversations();
  else localStorage.setItem(KEY, JSON.stringify(left));
}

/** Forget all that were kept. */
export function dropConversations() {
  try {
    localStorage.removeItem(KEY);
  } catch {
    // Storage is off: there is nothing to forget.
  }
}

/**
 * @param {any} kept
 * @returns {kept is Conversation}
 */
function isConversation(kept) {
  const { begun, seconds, speakers } = kept ?? {};
  const dated = typeof begun === "string" && !Number.isNaN(Date.parse(begun));
  return dated && Number.isFinite(seconds) && Array.isArray(speakers) && speakers.every(isSpeaker);
}

/** @param {Partial<Speaker> | null} speaker */
function isSpeaker(speaker) {
  const { number, name, spans } = speaker ?? {};
  return Number.isInteger(number) && typeof name === "string" && Array.isArray(spans) && spans.every(isSpan);
}

/** @param {Partial<Span> | null} span */
function isSpan(span) {
  const { label, from, to, picture } = span ?? {};
  const timed = Number.isFinite(from) && Number.isFinite(to);
  return timed && typeof label === "string" && (picture === undefined || PICTURE.test(picture));
}
