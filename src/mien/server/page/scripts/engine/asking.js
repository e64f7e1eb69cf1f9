// Asking the server of Mien, which may ask for its token first.

import { messageOf } from "../elements.js";
import { phrase } from "../words/phrases.js";
import { askForToken } from "./token.js";

/** @import { Problem } from "../answers.js" */

const NEEDS_TOKEN = 401;

/**
 * An answer of the server; one that asks for its token gets it from the person first.
 * @param {string} path
 * @param {RequestInit} [options]
 * @returns {Promise<Response>}
 */
export async function ask(path, options = {}) {
  let response = await reach(path, options);
  while (response.status === NEEDS_TOKEN) {
    await askForToken();
    response = await reach(path, options);
  }
  return response;
}

/**
 * @param {string} path
 * @param {RequestInit} options
 */
async function reach(path, options) {
  try {
    return await fetch(path, options);
  } catch (error) {
    throw new Error(phrase("connection.none"), { cause: messageOf(error) });
  }
}

/**
 * Throw what the server says of a request that it does not answer.
 * @param {Response} response
 * @returns {Promise<never>}
 */
export async function refused(response) {
  const answer = await response.json().catch(() => null);
  /** @type {Problem} */
  const { what, hint } = answer?.error ?? { what: phrase("connection.status", { status: response.status }) };
  throw new Error(hint ? `${what}; ${hint}` : what);
}
