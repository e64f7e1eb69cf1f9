// The service worker, with the files that it keeps.

import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";

import { build } from "esbuild";

/** Files that the first visit does not need, by the group in which they are kept.
 * @type {[group: "webgpu" | "rest" | null, pattern: RegExp][]} */
const LATER = [
  ["webgpu", /asyncify/],
  ["rest", /models\/(centerface|face_|blendshapes|visible_regions|mien-vgg8-robust\.)|^samples\/|^licences|reader\/licences/],
  [null, /^service-worker\.js$|^reader\/index\.js$/],
];

/**
 * @param {string} web
 * @param {string} dist
 * @returns {Promise<Record<string, string[]>>} files by group
 */
export async function writeServiceWorker(web, dist) {
  /** @type {Record<string, string[]>} */
  const groups = { first: [], webgpu: [], rest: [] };
  const hash = createHash("sha256");
  for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true }).sort((one, other) =>
    `${one.parentPath}/${one.name}` < `${other.parentPath}/${other.name}` ? -1 : 1,
  )) {
    if (!entry.isFile()) continue;
    const path = `${entry.parentPath}/${entry.name}`;
    const file = path.slice(dist.length + 1).replaceAll("\\", "/");
    hash.update(file).update(readFileSync(path));
    const later = LATER.find(([, pattern]) => pattern.test(file));
    const group = later ? later[0] : "first";
    if (group) groups[group].push(file);
  }
  await build({
    entryPoints: [`${web}/page/service-worker.js`],
    outfile: `${dist}/service-worker.js`,
    bundle: true,
    minify: true,
    target: ["es2022"],
    define: {
      GROUPS: JSON.stringify(JSON.stringify(groups)),
      VERSION: JSON.stringify(hash.digest("hex").slice(0, 16)),
    },
  });
  return groups;
}
