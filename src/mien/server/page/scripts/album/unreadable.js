// The files that could not be read, or not whole, and why; some at a time.

import { byId, element, messageOf, setText } from "../elements.js";
import { askJson } from "./ask.js";
import { phrase } from "../words/phrases.js";

/** @import { UnreadableAnswer } from "../answers.js" */

/** Tie the dialogue. */
export function startUnreadable() {
  const dialog = byId("unreadable", HTMLDialogElement);
  const list = byId("unreadable-files");
  let shown = 0;

  async function more() {
    /** @type {UnreadableAnswer} */
    let found;
    try {
      found = await askJson(`/unreadable?first=${shown}`);
    } catch (error) {
      byId("unreadable-problem").hidden = false;
      setText(byId("unreadable-problem"), messageOf(error));
      return;
    }
    shown += found.files.length;
    setText(byId("unreadable-title"), phrase("unread.title", { count: found.total }));
    for (const { path, reason } of found.files) {
      list.append(element("dt", { text: path }), element("dd", { text: reason }));
    }
    byId("unreadable-more").hidden = shown >= found.total || !found.files.length;
  }

  byId("show-unreadable").addEventListener("click", () => {
    shown = 0;
    list.replaceChildren();
    byId("unreadable-problem").hidden = true;
    dialog.showModal();
    more();
  });
  byId("unreadable-more").addEventListener("click", more);
  byId("unreadable-close").addEventListener("click", () => dialog.close());
}
