// Packs the built reader as npm does: `mien-reader-….tgz`, with types, networks and onnxruntime-web.
// Of `dist`, or of another built folder that is named, into this one, or into one that is named after it.

import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const WEB = resolve(import.meta.dirname, "..");
const BUILT = resolve(process.argv[2] ?? `${WEB}/dist`, "reader");
const TO = resolve(process.argv[3] ?? WEB);

if (!existsSync(`${BUILT}/index.js`)) throw new Error("build it first: npm run build");
const folder = mkdtempSync(join(tmpdir(), "mien-reader-"));
try {
  cpSync(BUILT, `${folder}/dist`, { recursive: true });
  const types = ["--declaration", "--emitDeclarationOnly", "--noEmit", "false", "--rootDir", `${WEB}/..`];
  execFileSync(
    "npx",
    ["tsc", "--project", `${WEB}/tsconfig.reader.json`, ...types, "--outDir", `${folder}/all`],
    { cwd: WEB, stdio: "inherit" },
  );
  // Those that `index.d.ts` names, and no others.
  mkdirSync(`${folder}/types`);
  for (const name of ["index", "errors", "card"]) {
    cpSync(`${folder}/all/web/reader/${name}.d.ts`, `${folder}/types/${name}.d.ts`);
  }
  rmSync(`${folder}/all`, { recursive: true });
  for (const name of ["types", "messages"]) cpSync(`${WEB}/reader/${name}.d.ts`, `${folder}/types/${name}.d.ts`);
  cpSync(`${WEB}/reader/README.md`, `${folder}/README.md`);
  cpSync(`${WEB}/../LICENSE`, `${folder}/LICENSE`);
  const { dependencies: _, ...description } = JSON.parse(readFileSync(`${WEB}/reader/package.json`, "utf8"));
  // All that it needs is inside.
  writeFileSync(`${folder}/package.json`, JSON.stringify(description, null, 2));
  execFileSync("npm", ["pack", "--pack-destination", TO], { cwd: folder, stdio: ["ignore", "inherit", "ignore"] });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
