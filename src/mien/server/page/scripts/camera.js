// The camera: which there are, opening one, and what to do when that fails.

/** @type {Record<string, string>} */
const WHY = {
  NotAllowedError:
    "The browser did not allow the camera. Allow it for this page (the sign beside the address), then start again.",
  NotFoundError: "No camera was found. Plug one in, or use the Photo tab.",
  NotReadableError: "Another program is using the camera. Close it, then start again.",
  OverconstrainedError: "This camera is gone. Choose another one.",
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
    throw new CameraError(
      "Browsers give the camera only to pages from this computer, or over https. Open this page with: mien live",
    );
  }
  /** @type {MediaTrackConstraints} */
  const video = { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 30 } };
  if (id) video.deviceId = { exact: id };
  try {
    return await navigator.mediaDevices.getUserMedia({ video, audio: false });
  } catch (error) {
    const { name, message } = error instanceof Error ? error : { name: "", message: String(error) };
    throw new CameraError(WHY[name] ?? `The camera does not start: ${message}`);
  }
}

/** The cameras, as {id, name}; names are only told once the person allowed a camera. */
export async function listCameras() {
  const devices = (await navigator.mediaDevices?.enumerateDevices?.()) ?? [];
  return devices
    .filter((device) => device.kind === "videoinput" && device.deviceId)
    .map((device, at) => ({ id: device.deviceId, name: device.label || `Camera ${at + 1}` }));
}

/**
 * Switch the camera of a stream off.
 * @param {MediaStream | null} stream
 */
export function closeCamera(stream) {
  for (const track of stream?.getTracks() ?? []) track.stop();
}
