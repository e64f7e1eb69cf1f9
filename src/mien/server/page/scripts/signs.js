// What is visible in a face, in the sentences of the server.

import { element } from "./elements.js";
import { coveredOf } from "./visible.js";

/** @import { FaceAnswer } from "./answers.js" */

/**
 * All that is visible in a face of a photo; null where nobody asked.
 * @param {FaceAnswer} face
 * @returns {HTMLElement | null}
 */
export function makeSigns({ label, signs, no_signs_because: why }) {
  if (why) return element("p", { class: "small", text: `What is visible can’t be said: ${why}.` });
  if (!signs) return null;
  const title = element("h4", { text: "What is visible" });
  if (!signs.signs.length && !signs.covered.length) {
    return element("div", {}, title, element("p", { text: "A face at rest." }));
  }
  const list = element("ul", { class: "signs" });
  for (const sign of signs.signs) {
    const speaks = sign.speaks_for === label;
    list.append(
      element(
        "li",
        {},
        sign.sentence,
        ...(speaks ? [element("span", { class: "speaks", text: ` speaks for “${label}”` })] : []),
      ),
    );
  }
  for (const text of coveredOf(signs)) list.append(element("li", { text }));
  return element("div", {}, title, list);
}
