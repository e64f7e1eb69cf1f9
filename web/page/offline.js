// The page without a network: after the first visit the service worker has all that it needs.

import { openReader } from "./engine/here.js";

/** Begin to fetch the networks at once, then keep the page for when there is no network. */
export async function startOffline() {
  // A failure is told where somebody waits for the reader: at the camera, or at a photo.
  const reader = await openReader().catch(() => null);
  if (!("serviceWorker" in navigator)) return;
  try {
    // Not before: it fetches the same files, and would only be in the way of the first answer.
    await navigator.serviceWorker.register("service-worker.js");
  } catch {
    return; // Storage is off, or the page came over http: it works as long as there is a network.
  }
  const registration = await navigator.serviceWorker.ready;
  for (const group of reader?.device === "webgpu" ? ["webgpu", "rest"] : ["rest"]) {
    registration.active?.postMessage({ keep: group });
  }
}
