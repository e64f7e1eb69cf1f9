// The page without a network: after the first visit the service worker has all that it needs.

import { openReader } from "./engine/here.js";

/** Keep the page for when there is no network; begin to fetch the networks at once. */
export function startOffline() {
  // A failure is told where somebody waits for the reader: at the camera, or at a photo.
  openReader().then(keepTheRest, () => {});
  if (!("serviceWorker" in navigator)) return;
  navigator.serviceWorker.register("service-worker.js").catch(() => {
    // Storage is off, or the page came over http: it works as long as there is a network.
  });
}

/** @param {import("../reader/index.js").Reader} reader */
async function keepTheRest({ device }) {
  const registration = await navigator.serviceWorker?.ready;
  for (const group of device === "webgpu" ? ["webgpu", "rest"] : ["rest"]) {
    registration?.active?.postMessage({ keep: group });
  }
}
