// JavaScript for browsers out of modules.

import { resolve } from "node:path";

import { build } from "esbuild";

/** @type {import("esbuild").BuildOptions} */
const COMMON = {
  bundle: true,
  format: "esm",
  target: ["es2022"],
  minify: true,
  legalComments: "eof",
  logLevel: "warning",
  // onnxruntime-web's own files are fetched, not bundled.
  conditions: ["onnxruntime-web-use-extern-wasm"],
};

/**
 * The reader: what pages import, and its worker.
 * @param {string} web
 * @param {string} to
 */
export async function bundleReader(web, to) {
  await build({
    ...COMMON,
    entryPoints: [`${web}/reader/index.js`, `${web}/reader/worker.js`],
    outdir: to,
    splitting: true,
    chunkNames: "chunks/[name]-[hash]",
  });
}

/**
 * The page: the server's own modules, with the reader in the place of the server.
 * @param {string} web
 * @param {string} mien - the package
 * @param {string} to
 */
export async function bundlePage(web, mien, to) {
  await build({
    ...COMMON,
    entryPoints: [`${web}/page/main.js`],
    outfile: `${to}/scripts/main.js`,
    plugins: [
      {
        name: "engine",
        setup({ onResolve }) {
          onResolve({ filter: /^mien-page\// }, ({ path }) => ({
            path: resolve(mien, "server/page/scripts", path.replace("mien-page/", "")),
          }));
          onResolve({ filter: /\/engine\/engine\.js$/ }, () => ({ path: `${web}/page/engine/engine.js` }));
          // Its words, and those that only a page without a server has.
          onResolve({ filter: /^\.\/(english|german)\.js$/ }, ({ path }) => ({ path: resolve(`${web}/page/words`, path) }));
          onResolve({ filter: /^mien-reader$/ }, () => ({ path: `${web}/reader/index.js` }));
        },
      },
    ],
  });
}
