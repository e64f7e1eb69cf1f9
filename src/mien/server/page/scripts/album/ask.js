// Asking the server; every refusal comes with its words.

import { askForToken } from "../engine/token.js";
import { phrase } from "../words/phrases.js";

/** @import { Problem } from "../answers.js" */

const NEEDS_TOKEN = 401;
const BUSY = 503;
const TRIES = 3;
const PAUSE = 700;

/** The server said no, or nothing: `status` is 0 when it did not answer. */
export class Refused extends Error {
  /**
   * @param {number} status
   * @param {string} what
   * @param {string | null} [hint]
   */
  constructor(status, what, hint) {
    super(hint ? `${what}; ${hint}` : what);
    this.status = status;
    this.what = what;
    this.hint = hint;
  }
}

/**
 * The response to a request under v1/album; asks the person for the token if need be.
 * @param {string} path
 * @param {RequestInit} [options]
 * @returns {Promise<Response>} one that is ok
 */
export async function ask(path, options = {}) {
  for (let left = TRIES; ; left -= 1) {
    const response = await reach(path, options);
    if (response.ok) return response;
    if (response.status === NEEDS_TOKEN) {
      await askForToken();
      continue;
    }
    const { what, hint } = await problemOf(response);
    // With "Retry-After" it is only busy.
    if (response.status !== BUSY || !response.headers.has("Retry-After") || left <= 1) {
      throw new Refused(response.status, what, hint);
    }
    await new Promise((done) => setTimeout(done, PAUSE));
  }
}

/**
 * The JSON of an answer.
 * @param {string} path
 * @param {RequestInit} [options]
 * @returns {Promise<any>} as answers.d.ts has it
 */
export async function askJson(path, options) {
  return (await ask(path, options)).json();
}

/**
 * Whether a request was given up, by the page itself.
 * @param {unknown} error
 */
export function isGivenUp(error) {
  return error instanceof DOMException && error.name === "AbortError";
}

/**
 * @param {string} path
 * @param {RequestInit} options
 */
async function reach(path, options) {
  try {
    return await fetch(`v1/album${path}`, options);
  } catch (error) {
    if (isGivenUp(error)) throw error;
    throw new Refused(0, phrase("connection.none"));
  }
}

/**
 * @param {Response} response
 * @returns {Promise<Problem>}
 */
async function problemOf(response) {
  const answer = await response.json().catch(() => null);
  return answer?.error ?? { what: phrase("connection.status", { status: response.status }) };
}
