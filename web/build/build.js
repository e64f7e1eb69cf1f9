// Builds `web/dist`, or another folder that is named: the page, the reader under it (`reader`, which works
// without the page, too), the networks, and onnxruntime-web, as static files.

import { mkdirSync, rmSync } from "node:fs";
import { resolve } from "node:path";

import { bundlePage, bundleReader } from "./bundles.js";
import { copyLicences, copyModels, copyRuntime } from "./files.js";
import { packageFolder } from "./package_folder.js";
import { writePage } from "./page_files.js";
import { printSizes } from "./sizes.js";
import { writeServiceWorker } from "./service_worker.js";

const WEB = resolve(import.meta.dirname, "..");
const DIST = resolve(process.argv[2] ?? `${WEB}/dist`);
const READER = `${DIST}/reader`;

const mien = packageFolder();

rmSync(DIST, { recursive: true, force: true });
mkdirSync(READER, { recursive: true });
await bundleReader(WEB, READER);
copyModels(mien, `${READER}/models`);
copyRuntime(WEB, `${READER}/runtime`);
copyLicences(WEB, mien, `${READER}/licences`);
await bundlePage(WEB, mien, DIST);
writePage(WEB, mien, DIST);
const groups = await writeServiceWorker(WEB, DIST);
printSizes(DIST, groups);
