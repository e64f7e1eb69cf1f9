// A server that asks for a token gets it once; it answers with a cookie, which scripts can't read.

import { byId, setText } from "../elements.js";
import { phrase } from "../words/phrases.js";

/** @type {Promise<void> | null} */
let asked = null;

/**
 * Ask for the token; who asks meanwhile waits for the same answer.
 * @returns {Promise<void>} until the server took it
 */
export function askForToken() {
  asked ??= new Promise((done) => openForm(done)).then(() => {
    asked = null;
  });
  return asked;
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
      response = await fetch("v1/session", {
        method: "POST",
        headers: { Authorization: `Bearer ${field.value.trim()}` },
      });
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
