// Settings and limits lie in drawers, so that picture and word come first.

import { byId } from "./elements.js";

/** Tie each button that names a drawer (`data-opens`) to it. */
export function startDrawers() {
  for (const button of document.querySelectorAll("[data-opens]")) {
    const drawer = byId(button.getAttribute("data-opens") ?? "", HTMLDialogElement);
    button.addEventListener("click", () => drawer.showModal());
  }
  for (const drawer of document.querySelectorAll("dialog")) {
    drawer.addEventListener("click", (event) => {
      const target = /** @type {Element} */ (event.target);
      // Beside the drawer is the dialog itself: what is in it fills it.
      if (target === drawer || target.closest("[data-closes]")) drawer.close();
    });
  }
}
