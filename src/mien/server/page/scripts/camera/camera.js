// The camera: which there are, opening one, and what to do when that fails.

import { phrase } from "../words/phrases.js";

/** @import { Key } from "../words/phrases.js" */

/** @type {Record<string, Key>} */
const WHY = {
  NotAllowedError: "camera.not-allowed",
  NotFoundError: "camera.none",
  NotReadableError: "camera.taken",
  OverconstrainedError: "camera.not-this",
};

/** An error whose message is for people. */
export class CameraError extends Error {}

/**
 * Open a camera.
 * @param {string} id - of the device; "" for the browser's choice
 * @returns {Promise<MediaStream>} without sound, 640×480 if the camera has it
 */
export async function openCamera(id) {
  if (!navigator.mediaDevices?.getUserMedia) {
    throw new CameraError(phrase("camera.insecure"));
  }
  /** @type {MediaTrackConstraints} */
  const video = { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 30 } };
  if (id) video.deviceId = { exact: id };
  try {
    return await navigator.mediaDevices.getUserMedia({ video, audio: false });
  } catch (error) {
    const { name, message } = error instanceof Error ? error : { name: "", message: String(error) };
    const key = WHY[name];
    throw new CameraError(key ? phrase(key) : phrase("camera.other", { why: message }));
  }
}

/** The cameras, as {id, name}; names are only told once the person allowed a camera. */
export async function listCameras() {
  const devices = (await navigator.mediaDevices?.enumerateDevices?.()) ?? [];
  return devices
    .filter((device) => device.kind === "videoinput" && device.deviceId)
    .map((device, at) => ({ id: device.deviceId, name: device.label || phrase("camera.numbered", { number: at + 1 }) }));
}

/**
 * Switch the camera of a stream off.
 * @param {MediaStream | null} stream
 */
export function closeCamera(stream) {
  for (const track of stream?.getTracks() ?? []) track.stop();
}
