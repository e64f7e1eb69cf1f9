// Where Mien's own package is, with the networks and the sample photo in it.

import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

// The build hook puts this one there, so that a bare checkout has not got it.
const LAST_TO_COME = join("weights", "face_mesh.onnx");
const BESIDE = resolve(import.meta.dirname, "../../src/mien");
const ASK_PYTHON = "import importlib.util as u; print(u.find_spec('mien').submodule_search_locations[0])";

/**
 * `$MIEN_PACKAGE`, or the checkout's package, or that of the Python on the path; the first that has
 * the networks.
 * @returns {string}
 */
export function packageFolder() {
  for (const folder of [process.env.MIEN_PACKAGE, BESIDE, installed()]) {
    if (folder && existsSync(join(folder, LAST_TO_COME))) return folder;
  }
  throw new Error(
    "the networks are missing: install Mien first (pip install -e . in the repository), " +
      "or name the folder of an installed one: MIEN_PACKAGE=…/site-packages/mien",
  );
}

/** @returns {string} the folder of the installed package; empty where there is none */
function installed() {
  try {
    return execFileSync("python3", ["-c", ASK_PYTHON], { encoding: "utf8", cwd: "/", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return "";
  }
}
