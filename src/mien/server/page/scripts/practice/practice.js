// The practice tab: two games.

import { byId } from "../elements.js";
import { onLanguage } from "../words/phrases.js";
import { startGuess } from "./guess.js";
import { startMake } from "./make.js";
import { showProgress, startProgress } from "./progress.js";

const GAMES = ["guess", "make"];

/** Tie both games. */
export function startPractice() {
  for (const game of GAMES) byId(`play-${game}`).addEventListener("click", () => play(game));
  startProgress();
  startGuess();
  startMake();
  onLanguage(showProgress);
}

/** @param {string} chosen */
function play(chosen) {
  for (const game of GAMES) {
    byId(`play-${game}`).setAttribute("aria-pressed", String(game === chosen));
    byId(game).hidden = game !== chosen;
  }
  document.dispatchEvent(new Event("gamechange"));
}
