// A server that asks for a token gets it once; it answers with a cookie, which scripts can't read.

import { byId, setText } from "./elements.js";

/**
 * Ask for the token.
 * @param {() => void} onDone - called when the server took it
 */
export function askForToken(onDone) {
  const form = byId("token-form");
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const field = byId("token", HTMLInputElement);
    const words = byId("token-words");
    let response;
    try {
      response = await fetch("v1/session", {
        method: "POST",
        headers: { Authorization: `Bearer ${field.value.trim()}` },
      });
    } catch {
      setText(words, "Mien does not answer. Try again in a moment.");
      return;
    }
    if (!response.ok) {
      setText(words, "That is not this server’s token. Ask whoever runs it.");
      field.select();
      return;
    }
    field.value = "";
    form.hidden = true;
    onDone();
  });
}
