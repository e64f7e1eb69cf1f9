// Errors whose message is for people: what is wrong, where, and what to do.

export class ReaderError extends Error {
  /**
   * @param {string} what
   * @param {{ where?: string, hint?: string }} [more]
   */
  constructor(what, { where = "", hint = "" } = {}) {
    super([where, what].filter(Boolean).join(": ") + (hint ? `; ${hint}` : ""));
    this.name = "ReaderError";
    this.what = what;
    this.where = where;
    this.hint = hint;
  }
}

/**
 * What an error says, whoever threw it.
 * @param {unknown} error
 */
export function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}
