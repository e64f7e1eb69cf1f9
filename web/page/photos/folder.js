// The pictures below a folder, however the browser gives it.

/**
 * A picture that may be read: where it lies, and how to get at it. Nothing is opened before `open`.
 * @typedef {{ path: string, open: () => Promise<File> }} Picture
 */

/**
 * What was found below a folder.
 * @typedef {object} Found
 * @property {string} name - of the folder; the paths begin with it
 * @property {Picture[]} pictures - by path
 * @property {string[]} raw - paths of what cameras write and no browser opens
 * @property {{ path: string, error: unknown }[]} closed - folders that can't be looked into
 */

/** What browsers open, and what a few of them do: those are asked. */
const PICTURE = /\.(jpe?g|jpe|jfif|png|webp|gif|bmp|avif|heic|heif|tiff?)$/i;
const RAW = /\.(3fr|arw|cr2|cr3|crw|dcr|dng|erf|iiq|kdc|mef|mos|mrw|nef|nrw|orf|pef|raf|raw|rw2|rwl|sr2|srf|srw|x3f)$/i;

/** Kinds that the installed Mien opens where a browser does not. */
const INSTALLED_OPENS = /\.(heic|heif|tiff?)$/i;

/** @param {string} path */
export function needsInstalled(path) {
  return INSTALLED_OPENS.test(path);
}

/**
 * All pictures below a folder of the File System Access API.
 * @param {FileSystemDirectoryHandle} folder
 * @param {string} [name] - what the paths begin with
 * @returns {Promise<Found>}
 */
export async function walkHandle(folder, name = folder.name) {
  const found = nothingIn(name);
  await walk(folder, name, found);
  return sorted(found);
}

/**
 * The same of what `<input type=file webkitdirectory>` gives.
 * @param {Iterable<File>} files
 * @returns {Found}
 */
export function walkFiles(files) {
  const found = nothingIn("");
  for (const file of files) {
    const path = file.webkitRelativePath || file.name;
    found.name ||= path.split("/")[0];
    if (path.split("/").slice(1).some(isHidden)) continue;
    take(found, path, async () => file);
  }
  return sorted(found);
}

/**
 * @param {FileSystemDirectoryHandle} folder
 * @param {string} path
 * @param {Found} found
 */
async function walk(folder, path, found) {
  try {
    for await (const [name, entry] of folder.entries()) {
      if (isHidden(name)) continue;
      const below = `${path}/${name}`;
      if (entry instanceof FileSystemDirectoryHandle) await walk(entry, below, found);
      else if (entry instanceof FileSystemFileHandle) take(found, below, () => entry.getFile());
    }
  } catch (error) {
    // It was taken away meanwhile, or is not for this person: the others are still read.
    found.closed.push({ path, error });
  }
}

/**
 * @param {Found} found
 * @param {string} path
 * @param {() => Promise<File>} open
 */
function take(found, path, open) {
  if (PICTURE.test(path)) found.pictures.push({ path, open });
  else if (RAW.test(path)) found.raw.push(path);
}

/**
 * What systems put away ("._IMG_1.jpg" of a Mac is no picture).
 * @param {string} name
 */
function isHidden(name) {
  return name.startsWith(".");
}

/**
 * @param {string} name
 * @returns {Found}
 */
function nothingIn(name) {
  return { name, pictures: [], raw: [], closed: [] };
}

/** @param {Found} found */
function sorted(found) {
  found.pictures.sort((one, other) => (one.path < other.path ? -1 : 1));
  return found;
}
