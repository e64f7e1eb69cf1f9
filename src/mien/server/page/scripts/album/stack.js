// The photos behind one of the grid: of the same burst, or nearly the same picture.

import { byId, element, setText } from "../elements.js";
import { thumbnailOf } from "./tile.js";
import { phrase } from "../words/phrases.js";
import { nameOf } from "./words.js";

/** @import { Store } from "./store.js" */

const MOST = 60;

/**
 * Show the strip of a stack, or nothing for a photo that stands alone.
 * @param {number[]} stack - the photo on top, and those behind it
 * @param {number} shown - the one that is looked at
 * @param {Store} store
 * @param {(id: number) => void} onChoose
 */
export function showStack(stack, shown, store, onChoose) {
  byId("detail-stack").hidden = stack.length < 2;
  if (stack.length < 2) {
    byId("stack-strip").replaceChildren();
    return;
  }
  const key = stack.length > MOST ? "detail.stack-most" : "detail.stack";
  setText(byId("stack-words"), phrase(key, { count: stack.length - 1, most: MOST }));
  byId("stack-strip").replaceChildren(
    ...stack.slice(0, MOST).map((id) => {
      const photo = store.get(id);
      const name = photo ? nameOf(photo.path) : phrase("detail.gone");
      const button = element("button", {
        type: "button",
        class: "stacked-photo",
        disabled: !photo,
        "aria-label": name,
        "aria-current": id === shown ? "true" : undefined,
        title: name,
        onclick: () => onChoose(id),
      });
      if (photo) button.append(element("img", { src: thumbnailOf(photo), alt: "", loading: "lazy" }));
      return button;
    }),
  );
}

/**
 * The numbers of a stack of which something has to be known to show it.
 * @param {number[]} stack
 */
export function wantedOf(stack) {
  return stack.slice(0, MOST);
}
