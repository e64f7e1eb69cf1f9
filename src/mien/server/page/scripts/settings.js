// What the person chose. Kept in the browser: it says how the page looks, nothing of anybody.

import { byId } from "./elements.js";

const NAMES = ["large", "contrast", "calm", "speak", "mirror"];
const KEY = "mien.settings";

/** The settings now, each true or false. */
export const settings = Object.fromEntries(NAMES.map((name) => [name, false]));

const listeners = [];

/** Call `listener` after every change. */
export function onSettings(listener) {
  listeners.push(listener);
}

/** Read the kept settings and tie them to their check boxes. */
export function startSettings() {
  const kept = read();
  settings.calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  settings.contrast = matchMedia("(prefers-contrast: more)").matches;
  for (const name of NAMES) {
    if (typeof kept[name] === "boolean") settings[name] = kept[name];
    const box = byId(name);
    box.checked = settings[name];
    box.addEventListener("change", () => {
      settings[name] = box.checked;
      keep();
      show();
    });
  }
  // No page may begin to talk by itself.
  settings.speak = byId("speak").checked = false;
  show();
}

function show() {
  for (const name of NAMES) document.documentElement.classList.toggle(name, settings[name]);
  for (const listener of listeners) listener();
}

function read() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? {};
  } catch {
    return {}; // Storage is off, or something else wrote there.
  }
}

function keep() {
  try {
    localStorage.setItem(KEY, JSON.stringify(settings));
  } catch {
    // Storage is off: the settings last as long as the page.
  }
}
