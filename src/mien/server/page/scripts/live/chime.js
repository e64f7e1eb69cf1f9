// A soft tone and a short buzz when a word changes, for who does not want to look all the time.

import { settings } from "../settings.js";

const BETWEEN = 1500;
const LOUDNESS = 0.08;
const SECONDS = 0.35;
const BUZZ = 80;
/** Hz: the tone says a little of the word. */
const TONES = /** @type {Record<string, number>} */ ({
  happy: 660,
  surprise: 784,
  neutral: 523,
  sad: 392,
  angry: 330,
  fear: 440,
  disgust: 349,
});
const OTHER_TONE = 494;

/** @type {AudioContext | null} */
let context = null;
let last = -Infinity;

/**
 * Tell a change by sound and vibration, as far as they are wanted.
 * @param {string} label
 * @param {number} now - ms
 */
export function chime(label, now) {
  if (now - last < BETWEEN || !(settings.sound || settings.vibrate)) return;
  last = now;
  if (settings.vibrate) navigator.vibrate?.(BUZZ);
  if (settings.sound) play(TONES[label] ?? OTHER_TONE);
}

/** @param {number} frequency */
function play(frequency) {
  context ??= new AudioContext();
  const tone = context.createOscillator();
  const volume = context.createGain();
  const at = context.currentTime;
  tone.frequency.value = frequency;
  // It swells and fades: a hard edge would startle.
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(LOUDNESS, at + 0.06);
  volume.gain.linearRampToValueAtTime(0, at + SECONDS);
  tone.connect(volume).connect(context.destination);
  tone.start(at);
  tone.stop(at + SECONDS);
}
