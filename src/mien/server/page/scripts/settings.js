// What the person chose. Kept in the browser: it says how the page looks, nothing of anybody.

/** @typedef {Record<(typeof NAMES)[number], boolean>} Settings */

const NAMES = /** @type {const} */ (["large", "contrast", "calm", "speak", "mirror", "signs"]);
const KEY = "mien.settings";

/**
 * The settings now.
 * @type {Settings}
 */
export const settings = {
  large: false,
  contrast: false,
  calm: false,
  speak: false,
  mirror: false,
  signs: true,
};

/** @type {(() => void)[]} */
const listeners = [];

/**
 * Call `listener` after every change.
 * @param {() => void} listener
 */
export function onSettings(listener) {
  listeners.push(listener);
}

/** Read the kept settings and tie them to their check boxes. */
export function startSettings() {
  const kept = read();
  settings.calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  settings.contrast = matchMedia("(prefers-contrast: more)").matches;
  for (const name of NAMES) {
    const was = kept[name];
    if (typeof was === "boolean") settings[name] = was;
    // No page may begin to talk by itself.
    if (name === "speak") settings.speak = false;
    const box = document.getElementById(name);
    // A page has boxes for what it does; of the other settings it only keeps what was chosen.
    if (!(box instanceof HTMLInputElement)) continue;
    box.checked = settings[name];
    box.addEventListener("change", () => {
      settings[name] = box.checked;
      keep();
      show();
    });
  }
  show();
}

function show() {
  for (const name of NAMES) document.documentElement.classList.toggle(name, settings[name]);
  for (const listener of listeners) listener();
}

/** @returns {Partial<Record<keyof Settings, unknown>>} */
function read() {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "null") ?? {};
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
