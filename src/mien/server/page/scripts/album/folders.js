// Choosing a folder, among those that the server was allowed to offer. Only keys are sent, no paths.

import { byId, element, messageOf, setText } from "../elements.js";
import { askJson } from "./ask.js";
import { phrase } from "../words/phrases.js";

/** @import { FillingAnswer, FoldersAnswer, OfferedFolder } from "../answers.js" */

/** The dialogue in which a folder is chosen. */
export class FolderChoice {
  /** @param {(filling: FillingAnswer) => void} onChosen - with the server's answer to it */
  constructor(onChosen) {
    this.dialog = byId("choose", HTMLDialogElement);
    this.onChosen = onChosen;
    this.asked = 0;
    this.several = false;
    /** @type {OfferedFolder | undefined} */
    this.here = undefined;
    byId("choose-close").addEventListener("click", () => this.dialog.close());
    byId("choose-go").addEventListener("click", () => this.choose());
  }

  /** Begin at the folder that was allowed, or with the list of them if there are several. */
  async open() {
    byId("folder-list").replaceChildren();
    byId("way").replaceChildren();
    setText(byId("choose-here"), "");
    this.dialog.showModal();
    const found = await this.ask("");
    if (!found) return;
    const [only] = found.folders;
    this.several = found.folders.length > 1;
    if (this.several || !only || only.refused) this.show(found);
    else await this.enter(only.key);
  }

  /**
   * Show what is in a folder.
   * @param {string} key - "" for the list of allowed ones
   */
  async enter(key) {
    const found = await this.ask(key);
    if (found) this.show(found);
  }

  /**
   * What is in a folder; null when it cannot be told, or another one was asked for since.
   * @param {string} key
   * @returns {Promise<FoldersAnswer | null>}
   */
  async ask(key) {
    const own = (this.asked += 1);
    try {
      const found = await askJson(`/folders${key && `?folder=${encodeURIComponent(key)}`}`);
      return own === this.asked ? found : null;
    } catch (error) {
      if (own === this.asked) this.complain(error);
      return null;
    }
  }

  /** @param {FoldersAnswer} found */
  show(found) {
    byId("choose-problem").hidden = true;
    const [here] = found.above.slice(-1);
    this.here = here;
    byId("way").replaceChildren(...this.way(found.above));
    const alone = found.photos ? "folders.photos" : "folders.no-photos";
    const below = found.photos ? "folders.photos-below" : "folders.no-photos-below";
    const words = phrase(found.folders.length ? below : alone, {
      photos: phrase("album.photos", { count: found.photos }),
      folders: phrase("album.folders", { count: found.folders.length + found.left_off }),
    });
    const known = here?.indexed ? ` ${phrase("folders.known")}` : "";
    setText(byId("choose-here"), here ? `${words}${known}` : phrase("folders.these"));
    byId("folder-list").replaceChildren(...found.folders.map((folder) => this.row(folder)));
    byId("choose-left-off").hidden = !found.left_off;
    setText(byId("choose-left-off"), phrase("folders.left-off", { count: found.left_off }));
    byId("choose-go", HTMLButtonElement).disabled = !here || here.refused !== null;
    byId("choose-go").hidden = !here;
    if (!this.dialog.contains(document.activeElement)) byId("choose-go").focus();
  }

  /** @param {OfferedFolder[]} above */
  way(above) {
    const steps = above.map((folder, at) =>
      at === above.length - 1
        ? element("b", { text: folder.name, "aria-current": "location" })
        : element("button", { type: "button", text: folder.name, onclick: () => this.enter(folder.key) }),
    );
    if (!above.length || !this.several) return steps;
    return [element("button", { type: "button", text: phrase("folders.all"), onclick: () => this.enter("") }), ...steps];
  }

  /** @param {OfferedFolder} folder */
  row(folder) {
    const words = element("span", { class: "folder-name", text: folder.name });
    const note = folder.refused ?? (folder.indexed ? phrase("folders.in-album") : "");
    const button = element(
      "button",
      { type: "button", disabled: folder.refused !== null, onclick: () => this.enter(folder.key) },
      words,
      ...(note ? [element("span", { class: "small", text: note })] : []),
    );
    return element("li", {}, button);
  }

  async choose() {
    if (!this.here) return;
    const go = byId("choose-go", HTMLButtonElement);
    go.disabled = true;
    try {
      const answer = await askJson(`/filling?folder=${encodeURIComponent(this.here.key)}`, { method: "POST" });
      this.dialog.close();
      this.onChosen(answer);
    } catch (error) {
      this.complain(error);
    } finally {
      go.disabled = false;
    }
  }

  /** @param {unknown} error */
  complain(error) {
    const words = messageOf(error);
    byId("choose-problem").hidden = false;
    setText(byId("choose-problem"), `${words[0].toUpperCase()}${words.slice(1)}.`);
  }
}
