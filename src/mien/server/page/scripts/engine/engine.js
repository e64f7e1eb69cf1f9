// What reads faces for this page. A page without a server puts another file in the place of this one.

export { engine } from "./server.js";
