// Taking photos along: a gallery, lists, or a ZIP. The server writes nothing but the answer.

import { byId, messageOf, offerFile, setText } from "../elements.js";
import { ask } from "./ask.js";
import { numberOf, phrase, setPhrase } from "../words/phrases.js";

/** @import { ExportLimits } from "../answers.js" */
/** @import { Grid } from "./grid.js" */

/** @type {Record<string, string>} */
const ENDINGS = { gallery: "html", paths: "txt", csv: "csv", json: "json", zip: "zip" };

/**
 * Tie the dialogue.
 * @param {Grid} grid
 * @param {() => URLSearchParams} question
 * @returns {(limits: ExportLimits) => void} to call when the limits are known
 */
export function startTaking(grid, question) {
  const dialog = byId("take", HTMLDialogElement);
  const { selection } = grid;
  /** @type {Partial<ExportLimits>} */
  let limits = {};
  byId("export").addEventListener("click", () => {
    const some = selection.size > 0;
    const selected = byId("which-selected", HTMLInputElement);
    selected.disabled = !some;
    selected.checked = some;
    byId("which-best", HTMLInputElement).checked = !some;
    setText(byId("selected-words"), some ? phrase("take.selected", { count: selection.size }) : phrase("take.none-selected"));
    const number = byId("best-number", HTMLInputElement);
    const most = Math.max(1, Math.min(grid.items.length, limits.lists ?? grid.items.length));
    number.max = String(most);
    number.value = String(Math.min(Number(number.value) || 1, most));
    const place = byId("place", HTMLInputElement).checked;
    const zip = byId("zip", HTMLInputElement);
    zip.disabled = !place;
    if (!place && zip.checked) kinds().value = "gallery";
    setText(
      byId("zip-words"),
      place
        ? phrase("take.zip-means", { most: numberOf(limits.zip ?? 0) })
        : phrase("take.zip-places"),
    );
    byId("take-problem").hidden = true;
    dialog.showModal();
  });
  byId("best-number").addEventListener("input", () => {
    byId("which-best", HTMLInputElement).checked = true;
  });
  byId("take-go").addEventListener("click", async () => {
    const go = byId("take-go", HTMLButtonElement);
    go.disabled = true;
    setPhrase(go, "take.making");
    byId("take-problem").hidden = true;
    try {
      await download(grid, question());
    } catch (error) {
      byId("take-problem").hidden = false;
      const words = messageOf(error).replace(/^[a-z_]+: /, "");
      setText(byId("take-problem"), words[0].toUpperCase() + words.slice(1));
    } finally {
      go.disabled = false;
      setPhrase(go, "take.go");
    }
  });
  return (found) => {
    limits = found;
  };
}

/** The radio buttons of what to take. */
function kinds() {
  const found = byId("take-form", HTMLFormElement).elements.namedItem("kind");
  if (!(found instanceof RadioNodeList)) throw new Error("the page offers no kind to take");
  return found;
}

/**
 * @param {Grid} grid
 * @param {URLSearchParams} question
 */
async function download(grid, question) {
  const photos = byId("which-selected", HTMLInputElement).checked
    ? grid.selection.inOrder(grid.items)
    : grid.items.slice(0, Math.max(1, Number(byId("best-number", HTMLInputElement).value)));
  if (!photos.length) throw new Error(phrase("take.nothing"));
  const kind = kinds().value;
  question.set("kind", kind);
  const response = await ask(`/export?${question}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ photos }),
  });
  offerFile(await response.blob(), `mien-album.${ENDINGS[kind]}`);
}
