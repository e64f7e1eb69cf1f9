// Taking photos along: a gallery, lists, or a ZIP. The server writes nothing but the answer.

import { byId, offerFile, setText } from "../elements.js";
import { ask } from "./ask.js";
import { counted } from "./words.js";

const ENDINGS = { gallery: "html", paths: "txt", csv: "csv", json: "json", zip: "zip" };

/**
 * Tie the dialogue.
 * @param {Grid} grid
 * @param {() => URLSearchParams} question
 */
export function startTaking(grid, question) {
  const dialog = byId("take");
  const { selection } = grid;
  let limits = {};
  byId("export").addEventListener("click", () => {
    const some = selection.size > 0;
    byId("which-selected").disabled = !some;
    byId("which-selected").checked = some;
    byId("which-best").checked = !some;
    setText(byId("selected-words"), some ? `the ${counted(selection.size, "selected photo")}` : "the selected ones (none yet)");
    const number = byId("best-number");
    number.max = Math.max(1, Math.min(grid.items.length, limits.lists ?? grid.items.length));
    number.value = Math.min(Number(number.value) || 1, Number(number.max));
    const place = byId("place").checked;
    byId("zip").disabled = !place;
    if (!place && byId("zip").checked) dialog.querySelector("[value=gallery]").checked = true;
    setText(
      byId("zip-words"),
      place
        ? `as they are, with all that the camera wrote into them; at most ${limits.zip}`
        : "They hold all that the camera wrote, perhaps the place. Switch “Places” on, under “Show”, to take them.",
    );
    byId("take-problem").hidden = true;
    dialog.showModal();
  });
  byId("best-number").addEventListener("input", () => (byId("which-best").checked = true));
  byId("take-go").addEventListener("click", async () => {
    const go = byId("take-go");
    go.disabled = true;
    setText(go, "Making it …");
    byId("take-problem").hidden = true;
    try {
      await download(grid, question());
    } catch (error) {
      byId("take-problem").hidden = false;
      const words = error.message.replace(/^[a-z_]+: /, "");
      setText(byId("take-problem"), words[0].toUpperCase() + words.slice(1));
    } finally {
      go.disabled = false;
      setText(go, "Download");
    }
  });
  return (found) => (limits = found);
}

async function download(grid, question) {
  const photos = byId("which-selected").checked
    ? grid.selection.inOrder(grid.items)
    : grid.items.slice(0, Math.max(1, Number(byId("best-number").value)));
  if (!photos.length) throw new Error("No photo is there to take");
  const kind = byId("take-form").elements.kind.value;
  question.set("kind", kind);
  const response = await ask(`/export?${question}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ photos }),
  });
  offerFile(await response.blob(), `mien-album.${ENDINGS[kind]}`);
}
