// Packs the built reader as npm does: `mien-reader-….tgz`, with types, networks and onnxruntime-web.

import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const WEB = resolve(import.meta.dirname, "..");
const BUILT = `${WEB}/dist/reader`;

if (!existsSync(`${BUILT}/index.js`)) throw new Error("build it first: npm run build");
const folder = mkdtempSync(join(tmpdir(), "mien-reader-"));
try {
  cpSync(BUILT, `${folder}/dist`, { recursive: true });
  const types = ["--declaration", "--emitDeclarationOnly", "--noEmit", "false", "--rootDir", `${WEB}/reader`];
  execFileSync(
    "npx",
    ["tsc", "--project", `${WEB}/tsconfig.reader.json`, ...types, "--outDir", `${folder}/types`],
    { cwd: WEB, stdio: "inherit" },
  );
  cpSync(`${WEB}/reader/types.d.ts`, `${folder}/types/types.d.ts`);
  cpSync(`${WEB}/reader/README.md`, `${folder}/README.md`);
  cpSync(`${WEB}/../LICENSE`, `${folder}/LICENSE`);
  const { dependencies: _, ...description } = JSON.parse(readFileSync(`${WEB}/reader/package.json`, "utf8"));
  // All that it needs is inside.
  writeFileSync(`${folder}/package.json`, JSON.stringify(description, null, 2));
  execFileSync("npm", ["pack", "--pack-destination", WEB], { cwd: folder, stdio: ["ignore", "inherit", "ignore"] });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
