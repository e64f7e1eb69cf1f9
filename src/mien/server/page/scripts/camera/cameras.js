// The list of cameras on the page.

import { byId, element } from "../elements.js";
import { listCameras } from "./camera.js";

/** The device id that is chosen; "" for the browser's choice. */
export function chosenCamera() {
  return byId("camera", HTMLSelectElement).value;
}

/**
 * Fill the list, and choose the camera that is open.
 * @param {MediaStream | null} stream
 */
export async function fillCameras(stream) {
  const select = byId("camera", HTMLSelectElement);
  const chosen = stream?.getVideoTracks()[0]?.getSettings().deviceId ?? select.value;
  const found = await listCameras();
  if (!found.length) return;
  select.replaceChildren(...found.map(({ id, name }) => element("option", { value: id, text: name })));
  if (found.some(({ id }) => id === chosen)) select.value = chosen;
  select.disabled = found.length < 2;
}
