// The worker of a reader: requests in, answers out, in their order.

import { ReaderError, messageOf } from "./errors.js";
import { Host } from "./host.js";

/** @import { Message } from "./messages.js" */

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
  if (message.open) {
    host = new Host(message.open);
    return host.open();
  }
  if (message.read) return host.read(message.read);
  if (message.end !== undefined) host.end(message.end);
  return undefined;
}
