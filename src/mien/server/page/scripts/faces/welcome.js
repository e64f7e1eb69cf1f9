// The faces that welcome who opens the page.

import { byId } from "../elements.js";
import { drawFace } from "./drawn.js";
import { poseOf } from "./expressions.js";
import { LOOKS } from "./looks.js";

const SHOWN = [
  { look: 0, label: "happy" },
  { look: 1, label: "surprise" },
  { look: 5, label: "neutral" },
  { look: 4, label: "sad" },
];

/** Draw them. */
export function showWelcome() {
  byId("welcome-faces").replaceChildren(
    ...SHOWN.map(({ look, label }) => drawFace(poseOf(label), LOOKS[look])),
  );
}
