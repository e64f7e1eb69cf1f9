// What is visible in a face, all of it.

import { element } from "../elements.js";
import { labelOf } from "../labels.js";
import { isPhrase, phrase } from "../words/phrases.js";
import { coveredOf, sentenceOf } from "../words/visible.js";

/** @import { FaceAnswer } from "../answers.js" */

/**
 * All that is visible in a face of a photo; null where nobody asked.
 * @param {FaceAnswer} face
 * @returns {HTMLElement | null}
 */
export function makeSigns({ label, signs, no_signs_because: why }) {
  if (why) return element("p", { class: "small", text: phrase("signs.none", { why: reasonOf(why) }) });
  if (!signs) return null;
  const title = element("h4", { text: phrase("signs.title") });
  if (!signs.signs.length && !signs.covered.length) {
    return element("div", {}, title, element("p", { text: phrase("signs.rest") }));
  }
  const list = element("ul", { class: "signs" });
  for (const sign of signs.signs) {
    const speaks = sign.speaks_for === label;
    list.append(
      element(
        "li",
        {},
        sentenceOf(sign),
        ...(speaks ? [element("span", { class: "speaks", text: ` ${phrase("signs.speaks", { label: labelOf(label) })}` })] : []),
      ),
    );
  }
  for (const text of coveredOf(signs)) list.append(element("li", { text }));
  return element("div", {}, title, list);
}

/** @param {string} why */
function reasonOf(why) {
  const key = `signs.${why.replaceAll(" ", "-")}`;
  return isPhrase(key) ? phrase(key) : why;
}
