// What is known of photos, fetched for those that come into view, and forgotten again.

import { askJson, isGivenUp } from "./ask.js";

/** @import { AlbumPhoto } from "../answers.js" */

const AT_ONCE = 60;
const KEPT = 1500;

/** Details of photos by number, for one question at a time. */
export class Store {
  /**
   * @param {() => void} onArrive
   * @param {(error: unknown) => void} onProblem
   */
  constructor(onArrive, onProblem) {
    /** @type {Map<number, AlbumPhoto | null>} */
    this.known = new Map();
    /** @type {Map<number, Promise<void>>} */
    this.wanted = new Map();
    this.onArrive = onArrive;
    this.onProblem = onProblem;
    this.question = new URLSearchParams();
    this.stop = new AbortController();
  }

  /**
   * Begin with a new question: how faces count may have changed.
   * @param {URLSearchParams} question
   */
  begin(question) {
    this.stop.abort();
    this.stop = new AbortController();
    this.known.clear();
    this.wanted.clear();
    this.question = question;
  }

  /**
   * What is known of a photo: undefined while it is not fetched, null when it has gone.
   * @param {number} id
   */
  get(id) {
    return this.known.get(id);
  }

  /**
   * Fetch what is missing of these photos, or wait for it if it is on its way already.
   * @param {number[]} ids
   */
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

  /**
   * @param {number[]} ids
   * @param {AbortSignal} signal
   */
  async fetch(ids, signal) {
    try {
      const question = new URLSearchParams(this.question);
      question.set("ids", ids.join(","));
      /** @type {{ photos: AlbumPhoto[] }} */
      const { photos } = await askJson(`/photos?${question}`, { signal });
      const found = new Map(photos.map((photo) => [photo.id, photo]));
      for (const id of ids) this.known.set(id, found.get(id) ?? null);
      // The oldest go first; what is in view was asked for last.
      for (const id of this.known.keys()) {
        if (this.known.size <= KEPT) break;
        this.known.delete(id);
      }
    } catch (error) {
      if (!isGivenUp(error)) this.onProblem(error);
    } finally {
      if (!signal.aborted) for (const id of ids) this.wanted.delete(id);
    }
    this.onArrive();
  }
}
