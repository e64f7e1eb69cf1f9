// A server that asks for a token gets it once; it answers with a cookie, which scripts can't read.

import { byId, setText } from "./elements.js";

const IN_ADDRESS = "#token=";

// A code that was scanned has it behind the "#", which no browser sends. It is not to stay there.
let scanned = "";
if (location.hash.startsWith(IN_ADDRESS)) {
  scanned = decodeURIComponent(location.hash.slice(IN_ADDRESS.length));
  history.replaceState(null, "", location.pathname);
}

/**
 * Show the token that was scanned, or ask for one.
 * @param {() => void} onDone - called when the server took it
 */
export async function askForToken(onDone) {
  const token = scanned;
  scanned = "";
  const response = token ? await showToken(token).catch(() => null) : null;
  if (response?.ok) onDone();
  else askPerson(onDone);
}

/** @param {string} token */
function showToken(token) {
  return fetch("v1/session", { method: "POST", headers: { Authorization: `Bearer ${token}` } });
}

/** @param {() => void} onDone */
function askPerson(onDone) {
  const form = byId("token-form");
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const field = byId("token", HTMLInputElement);
    const words = byId("token-words");
    let response;
    try {
      response = await showToken(field.value.trim());
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
