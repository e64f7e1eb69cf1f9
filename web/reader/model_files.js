// The files of networks, and what the folder says of them in `models.json`.

import { ReaderError, messageOf } from "./errors.js";

/**
 * A file of the folder.
 * @typedef {{ file: string, bytes: number, sha256: string, card?: string }} ModelFile
 */

/**
 * What is in the folder, by name: `near` and `far` (BlazeFace), expression models, networks of signs.
 * @typedef {{ mien: string, detector: Record<"near" | "far", ModelFile>,
 *   expression: Record<string, ModelFile>, signs: Record<string, ModelFile> }} ModelList
 */

export class ModelFolder {
  /** @param {URL} folder */
  constructor(folder) {
    this.folder = folder;
  }

  /** @returns {Promise<ModelList>} */
  async list() {
    return JSON.parse(new TextDecoder().decode(await this.fetch("models.json")));
  }

  /**
   * A file whose SHA-256 is right; one that is not is fetched once more, past every cache.
   * @param {ModelFile} named
   * @returns {Promise<Uint8Array>}
   */
  async read(named) {
    const content = await this.fetch(named.file);
    if (await isWhole(content, named)) return content;
    const again = await this.fetch(named.file, "reload");
    if (await isWhole(again, named)) return again;
    throw new ReaderError("is damaged or of another version", {
      where: named.file,
      hint: "load the page again; if that does not help, the copy on the server is broken",
    });
  }

  /**
   * A JSON file of the folder.
   * @param {string} name
   */
  async json(name) {
    return JSON.parse(new TextDecoder().decode(await this.fetch(name)));
  }

  /**
   * @param {string} name
   * @param {RequestCache} [cache]
   */
  async fetch(name, cache = "default") {
    const address = new URL(name, this.folder);
    let response;
    try {
      response = await fetch(address, { cache });
    } catch (error) {
      throw new ReaderError(`can’t be fetched (${messageOf(error)})`, { where: name, hint: "is the network there?" });
    }
    if (!response.ok) {
      throw new ReaderError(`the server answered ${response.status}`, {
        where: name,
        hint: "the whole folder has to be on the server",
      });
    }
    return new Uint8Array(await response.arrayBuffer());
  }
}

/**
 * @param {Uint8Array<ArrayBuffer>} content
 * @param {ModelFile} named
 */
async function isWhole(content, { bytes, sha256 }) {
  if (content.length !== bytes) return false;
  // Only pages over https, or from this computer, may reckon hashes.
  if (!globalThis.crypto?.subtle) return true;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", content));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("") === sha256;
}
