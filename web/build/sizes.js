// How much a visit fetches.

import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

/** Most that a first visit may fetch, compressed. */
const MOST_BYTES = 20e6;

const NAMES = {
  first: "first visit",
  webgpu: "instead of WASM alone, where there is WebGPU",
  rest: "when it is asked for, or in the background (signs, the larger model, the sample)",
};

/**
 * Print the sizes, and refuse a first visit that is too large.
 * @param {string} dist
 * @param {Record<string, string[]>} groups
 */
export function printSizes(dist, groups) {
  for (const [group, name] of Object.entries(NAMES)) {
    let [plain, compressed] = [0, 0];
    for (const file of groups[group]) {
      const content = readFileSync(`${dist}/${file}`);
      plain += content.length;
      compressed += gzipSync(content).length;
    }
    console.log(`${megabytes(compressed)} compressed, ${megabytes(plain)} plain: ${name}`);
    if (group === "first" && compressed > MOST_BYTES) throw new Error("the first visit is over 20 MB");
  }
}

/** @param {number} bytes */
function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(1)} MB`.padStart(8);
}
