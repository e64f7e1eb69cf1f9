// What is known of photos, fetched for those that come into view, and forgotten again.

import { askJson } from "./ask.js";

const AT_ONCE = 60;
const KEPT = 1500;

/** Details of photos by number, for one question at a time. */
export class Store {
  /**
   * @param {() => void} onArrive
   * @param {(error: Error) => void} onProblem
   */
  constructor(onArrive, onProblem) {
    this.known = new Map();
    this.wanted = new Map();
    this.onArrive = onArrive;
    this.onProblem = onProblem;
    this.question = new URLSearchParams();
    this.stop = new AbortController();
  }

  /** Begin with a new question: how faces count may have changed. */
  begin(question) {
    this.stop.abort();
    this.stop = new AbortController();
    this.known.clear();
    this.wanted.clear();
    this.question = question;
  }

  /** What is known of a photo: undefined while it is not fetched, null when it has gone. */
  get(id) {
    return this.known.get(id);
  }

  /** Fetch what is missing of these photos, or wait for it if it is on its way already. */
  async want(ids) {
    const missing = ids.filter((id) => !this.known.has(id) && !this.wanted.has(id));
    const coming = new Set(ids.map((id) => this.wanted.get(id)));
    const { signal } = this.stop;
    for (let at = 0; at < missing.length && !signal.aborted; at += AT_ONCE) {
      const some = missing.slice(at, at + AT_ONCE);
      const answer = this.fetch(some, signal);
      for (const id of some) this.wanted.set(id, answer);
      await answer;
    }
    await Promise.all(coming);
  }

  async fetch(ids, signal) {
    try {
      const question = new URLSearchParams(this.question);
      question.set("ids", ids.join(","));
      const { photos } = await askJson(`/photos?${question}`, { signal });
      const found = new Map(photos.map((photo) => [photo.id, photo]));
      for (const id of ids) this.known.set(id, found.get(id) ?? null);
      // The oldest go first; what is in view was asked for last.
      for (const id of this.known.keys()) {
        if (this.known.size <= KEPT) break;
        this.known.delete(id);
      }
    } catch (error) {
      if (error.name !== "AbortError") this.onProblem(error);
    } finally {
      if (!signal.aborted) for (const id of ids) this.wanted.delete(id);
    }
    this.onArrive();
  }
}
