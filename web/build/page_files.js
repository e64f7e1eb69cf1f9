// The page's own files: the server's HTML with what a page without a server needs, styles, icons.

import { copyFileSync, cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";

/** No script, style or request but of the page's own; WASM may be compiled. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "media-src 'self' blob:",
  "connect-src 'self'",
  "worker-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

const TAB = `<button role="tab" id="tab-folder" aria-controls="folder" aria-selected="false" tabindex="-1"><i class="icon icon-album"></i><span data-phrase="tabs.folder"></span></button>`;

const HEAD = `<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<link rel="stylesheet" href="here.css">
<link rel="stylesheet" href="folder.css">
<link rel="manifest" href="manifest.webmanifest">
<meta name="theme-color" content="#1b6e5f">`;

/**
 * @param {string} web
 * @param {string} mien - the package
 * @param {string} dist
 */
export function writePage(web, mien, dist) {
  const page = `${mien}/server/page`;
  const parts = ["folder.html", "here.html"].map((file) => readFileSync(`${web}/page/${file}`, "utf8"));
  let html = readFileSync(`${page}/index.html`, "utf8");
  html = put(html, /(<meta charset="utf-8">\n)/, `$1${HEAD}\n`);
  html = put(html, /( *)(<button role="tab" id="tab-photo".*\n)/, `$1$2$1${TAB}\n`);
  html = put(html, /(<\/main>)/, `${parts.join("\n")}$1`);
  writeFileSync(`${dist}/index.html`, html);
  for (const file of readdirSync(page)) {
    if (/^(?!album).*\.css$/.test(file)) copyFileSync(`${page}/${file}`, `${dist}/${file}`);
  }
  cpSync(`${page}/icons`, `${dist}/icons`, { recursive: true });
  for (const file of ["manifest.webmanifest", "here.css", "folder.css"]) copyFileSync(`${web}/page/${file}`, `${dist}/${file}`);
  mkdirSync(`${dist}/samples`, { recursive: true });
  for (const file of ["astronaut.png", "astronaut.txt"]) {
    copyFileSync(`${mien}/samples/${file}`, `${dist}/samples/${file}`);
  }
}

/**
 * @param {string} html
 * @param {RegExp} where
 * @param {string} what
 */
function put(html, where, what) {
  if (!where.test(html)) throw new Error(`the server's page has nothing like ${where} any more`);
  return html.replace(where, what);
}
