// Starts the page of Mien in the browser: the server's own page, and what only this one does.

import "mien-page/main.js";

import { startOffline } from "./offline.js";
import { startFolder } from "./photos/photos.js";

startFolder();
startOffline();
