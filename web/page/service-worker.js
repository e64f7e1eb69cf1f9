// Keeps the page and the networks, so that it works without a network after the first visit.

/** @typedef {"first" | "webgpu" | "rest"} Group */

/** Written by the build: files by group, and a version that changes with any of them.
 * @type {Record<Group, string[]>} */
const groups = JSON.parse(GROUPS);

const worker = /** @type {any} */ (globalThis);

/** A server may have several such pages. */
const HERE = `mien ${worker.registration.scope} `;
const NAME = HERE + VERSION;

/** What a page needs to be cross-origin isolated, and WASM so for threads: all here is its own. */
const ISOLATION = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

worker.addEventListener("install", (/** @type {any} */ event) => {
  event.waitUntil(keep("first").then(() => worker.skipWaiting()));
});

worker.addEventListener("activate", (/** @type {any} */ event) => {
  event.waitUntil(forgetOlder().then(() => worker.clients.claim()));
});

worker.addEventListener("message", (/** @type {any} */ event) => {
  if (Object.hasOwn(groups, event.data?.keep)) event.waitUntil(keep(event.data.keep));
});

worker.addEventListener("fetch", (/** @type {any} */ event) => {
  const { request } = event;
  if (request.method === "GET" && new URL(request.url).origin === worker.location.origin) {
    event.respondWith(answer(request));
  }
});

/** @param {Group} group */
async function keep(group) {
  if (isReplaced()) return;
  const cache = await caches.open(NAME);
  await Promise.all(
    groups[group].map(async (file) => {
      if (await cache.match(file)) return;
      // Asked again of the server, which says whether the browser's own copy is still right.
      const response = await fetch(file, { cache: "no-cache" });
      if (isReplaced()) return;
      if (!response.ok) throw new Error(`${file}: ${response.status}`);
      await cache.put(file, await isolated(response));
    }),
  );
}

/** Whether a newer service worker has taken the place of this one. */
function isReplaced() {
  return worker.serviceWorker?.state === "redundant";
}

async function forgetOlder() {
  const names = (await caches.keys()).filter((name) => name.startsWith(HERE) && name !== NAME);
  await Promise.all(names.map((name) => caches.delete(name)));
}

/** @param {Request} request */
async function answer(request) {
  const kept = request.cache === "reload" ? undefined : await fromCache(request);
  if (kept) return kept;
  const response = await fetch(request);
  return response.type === "basic" ? isolated(response) : response;
}

/**
 * The same with the headers that isolate. Whole, not as a stream: one that nobody reads to its end
 * would keep this service worker from being replaced.
 * @param {Response} response
 */
async function isolated(response) {
  const { status, statusText } = response;
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(ISOLATION)) headers.set(name, value);
  // These have no body, not even an empty one.
  const body = [101, 204, 205, 304].includes(status) ? null : await response.blob();
  return new Response(body, { status, statusText, headers });
}

/** @param {Request} request */
async function fromCache(request) {
  const { pathname } = new URL(request.url);
  // Not `caches.open`, which would make the cache again that a newer service worker has deleted.
  const options = { cacheName: NAME, ignoreSearch: true };
  return caches.match(pathname.endsWith("/") ? "index.html" : request, options);
}
