// A server that asks for a token gets it once; it answers with a cookie, which scripts can't read.

import { byId, setText } from "../elements.js";
import { phrase } from "../words/phrases.js";

const IN_ADDRESS = "#token=";

// A code that was scanned has it behind the "#", which no browser sends. It is not to stay there.
let scanned = "";
if (location.hash.startsWith(IN_ADDRESS)) {
  scanned = decodeURIComponent(location.hash.slice(IN_ADDRESS.length));
  history.replaceState(null, "", location.pathname);
}

/** @type {Promise<void> | null} */
let asked = null;

/**
 * Show the token that was scanned, or ask for one; who asks meanwhile waits for the same answer.
 * @returns {Promise<void>} until the server took it
 */
export function askForToken() {
  asked ??= getIn().then(() => {
    asked = null;
  });
  return asked;
}

async function getIn() {
  const token = scanned;
  scanned = "";
  const response = token ? await showToken(token).catch(() => null) : null;
  if (!response?.ok) await new Promise((done) => openForm(done));
}

/** @param {string} token */
function showToken(token) {
  return fetch("v1/session", { method: "POST", headers: { Authorization: `Bearer ${token}` } });
}

/** @param {(value?: undefined) => void} done */
function openForm(done) {
  const form = byId("token-form", HTMLFormElement);
  form.hidden = false;
  form.onsubmit = async (event) => {
    event.preventDefault();
    const field = byId("token", HTMLInputElement);
    const words = byId("token-words");
    let response;
    try {
      response = await showToken(field.value.trim());
    } catch {
      setText(words, phrase("token.none"));
      return;
    }
    if (!response.ok) {
      setText(words, phrase("token.wrong"));
      field.select();
      return;
    }
    field.value = "";
    form.hidden = true;
    done();
  };
}
