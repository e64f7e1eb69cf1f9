// What the patterns and faces mean.

import { byId, element, penOf } from "../elements.js";
import { facePath, labelOf, patternOf, UNSURE } from "../labels.js";
import { settings } from "../settings.js";

/** @import { Probabilities } from "../answers.js" */

/** @type {string[]} */
let labels = [];

/**
 * Fill the legend; with `probabilities` only if it is not there yet.
 * @param {Probabilities} [probabilities]
 */
export function fillLegend(probabilities) {
  const box = byId("legend-box");
  if (probabilities) {
    if (!box.hidden) return;
    labels = [...Object.keys(probabilities), UNSURE];
    box.hidden = false;
  }
  byId("legend").replaceChildren(
    ...labels.map((label) => {
      const swatch = element("canvas", { width: 48, height: 28, "aria-hidden": "true" });
      const context = penOf(swatch);
      context.fillStyle = patternOf(context, label, settings.contrast);
      context.fillRect(0, 0, 48, 28);
      const face = element("img", { src: facePath(label), alt: "", width: 24, height: 24 });
      return element("li", {}, swatch, face, element("span", { text: labelOf(label) }));
    }),
  );
}

export function hideLegend() {
  byId("legend-box").hidden = true;
}
