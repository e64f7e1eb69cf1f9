// What the journal's tab is told when something is refused.

/** The statuses that it knows what to do about. */
export const NO_ANSWER = 0;
export const NEEDS_KEY = 401;
export const WRONG_PASSPHRASE = 403;
export const ELSEWHERE = 404;
export const DAMAGED = 409;
export const GONE = 410;
export const LOCKED = 423;

/** A refusal; `status` is that of HTTP, or `NO_ANSWER`. */
export class JournalError extends Error {
  /**
   * @param {number} status
   * @param {string} what
   */
  constructor(status, what) {
    super(what);
    this.status = status;
  }
}
