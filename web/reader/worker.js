// The worker of a reader: requests in, answers out, in their order.

import { ReaderError, messageOf } from "./errors.js";
import { Host } from "./host.js";

/** @import { HostOptions, Request } from "./host.js" */

/**
 * @typedef {{ id: number, open: HostOptions } | { id: number, read: Request } | { id: number, end: number }} Message
 */

/** @type {Host} */
let host;
/** @type {Promise<void>} */
let queue = Promise.resolve();

addEventListener("message", ({ data }) => {
  queue = queue.then(() => answer(data));
});

/** @param {Message} message */
async function answer(message) {
  const { id } = message;
  try {
    postMessage({ id, answer: await act(message) });
  } catch (error) {
    const { what, where, hint } =
      error instanceof ReaderError ? error : { what: messageOf(error), where: "", hint: "" };
    postMessage({ id, error: { what, where, hint } });
  }
}

/** @param {Message} message */
async function act(message) {
  if ("open" in message) {
    host = new Host(message.open);
    return host.open();
  }
  if ("read" in message) return host.read(message.read);
  return host.end(message.end);
}
