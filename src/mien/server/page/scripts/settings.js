// What the person chose. Kept on this machine only if they want: it says how the page looks, nothing of anybody.

/** @typedef {Record<(typeof NAMES)[number], boolean>} Settings */

const NAMES = /** @type {const} */ ([
  "large",
  "contrast",
  "calm",
  "speak",
  "sound",
  "vibrate",
  "mirror",
  "signs",
  "aid",
]);
/** Those that the style sheets know, as classes of the page. */
const STYLED = /** @type {const} */ (["large", "contrast", "calm", "aid"]);
/** No page may begin to make noise by itself. */
const NEVER_KEPT = ["speak", "sound", "vibrate"];
const KEY = "mien.settings";
export const LANGUAGE_KEY = "mien.language";

/**
 * The settings now.
 * @type {Settings}
 */
export const settings = {
  large: false,
  contrast: false,
  calm: false,
  speak: false,
  sound: false,
  vibrate: false,
  mirror: false,
  signs: true,
  aid: false,
};

/** What not every device can do: where it can't, the page does not offer it. */
const POSSIBLE = /** @type {Record<string, () => boolean>} */ ({
  speak: () => "speechSynthesis" in window,
  sound: () => "AudioContext" in window,
  // Browsers of computers without a motor have the function, too.
  vibrate: () => "vibrate" in navigator && matchMedia("(any-pointer: coarse)").matches,
});

/** @type {(() => void)[]} */
const listeners = [];

/**
 * Call `listener` after every change.
 * @param {() => void} listener
 */
export function onSettings(listener) {
  listeners.push(listener);
}

/** Read what was kept, and tie the settings to their check boxes and buttons. */
export function startSettings() {
  const kept = read();
  settings.calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  settings.contrast = matchMedia("(prefers-contrast: more)").matches;
  for (const name of NAMES) {
    const was = kept?.[name];
    if (typeof was === "boolean" && !NEVER_KEPT.includes(name)) settings[name] = was;
    tie(name, document.getElementById(name));
  }
  const remember = document.getElementById("remember");
  if (remember instanceof HTMLInputElement) {
    remember.checked = kept !== null;
    remember.addEventListener("change", () => (remember.checked ? keep() : forgetSettings()));
  }
  show();
}

/** Whether settings are kept on this machine. */
export function isRemembered() {
  return read() !== null;
}

/**
 * A page has boxes or buttons for what it does; of the other settings it only keeps what was chosen.
 * @param {(typeof NAMES)[number]} name
 * @param {HTMLElement | null} control
 */
function tie(name, control) {
  const set = (/** @type {boolean} */ value) => {
    settings[name] = value;
    // A page without the question keeps what is kept already, and begins nothing.
    if (isRemembered()) keep();
    show();
  };
  if (control instanceof HTMLInputElement) {
    const label = control.closest("label");
    if (label) label.hidden = !(POSSIBLE[name]?.() ?? true);
    control.checked = settings[name];
    control.addEventListener("change", () => set(control.checked));
  } else if (control instanceof HTMLButtonElement) {
    control.addEventListener("click", () => set(!settings[name]));
    onSettings(() => control.setAttribute("aria-pressed", String(settings[name])));
  }
}

function show() {
  for (const name of STYLED) document.documentElement.classList.toggle(name, settings[name]);
  for (const listener of listeners) listener();
}

/** @returns {Partial<Record<keyof Settings, unknown>> | null} null if nothing is kept */
function read() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "null");
    return typeof kept === "object" ? kept : {};
  } catch {
    return null; // Storage is off, or something else wrote there.
  }
}

function keep() {
  const lasting = Object.entries(settings).filter(([name]) => !NEVER_KEPT.includes(name));
  try {
    localStorage.setItem(KEY, JSON.stringify(Object.fromEntries(lasting)));
  } catch {
    // Storage is off: the settings last as long as the page.
  }
}

function forgetSettings() {
  try {
    localStorage.removeItem(KEY);
    localStorage.removeItem(LANGUAGE_KEY);
  } catch {
    // Storage is off: there is nothing to forget.
  }
}
