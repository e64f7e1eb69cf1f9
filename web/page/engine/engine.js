// What reads faces for this page: the browser itself. Takes the place of the server's engine.js.

export { engine } from "./here.js";
