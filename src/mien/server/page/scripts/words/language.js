// Which language the page speaks: the browser's, or the one that the person chose.

import { byId, element } from "../elements.js";
import { isRemembered, LANGUAGE_KEY } from "../settings.js";
import { browserLanguage, isLanguage, NAMES, speakLanguage } from "./phrases.js";

/** Speak the person's language from now on, and tie the choice of it. */
export function startLanguage() {
  const choice = byId("language", HTMLSelectElement);
  for (const [value, name] of Object.entries(NAMES)) {
    choice.append(element("option", { value, text: name, lang: value }));
  }
  const kept = read();
  if (isLanguage(kept)) choice.value = kept;
  choice.addEventListener("change", () => {
    if (isRemembered()) keep(choice.value);
    speak(choice.value);
  });
  const remember = byId("remember", HTMLInputElement);
  remember.addEventListener("change", () => remember.checked && keep(choice.value));
  speak(choice.value);
}

/** @param {string} chosen - "" for the browser's */
function speak(chosen) {
  speakLanguage(isLanguage(chosen) ? chosen : browserLanguage());
}

function read() {
  try {
    return localStorage.getItem(LANGUAGE_KEY);
  } catch {
    return null; // Storage is off.
  }
}

/** @param {string} chosen */
function keep(chosen) {
  try {
    localStorage.setItem(LANGUAGE_KEY, chosen);
  } catch {
    // Storage is off: the choice lasts as long as the page.
  }
}
