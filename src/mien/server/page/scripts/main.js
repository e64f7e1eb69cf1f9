// Starts the page.

import { showLimits, showWhere } from "./about.js";
import { startLive } from "./live.js";
import { startPhotos } from "./photo.js";
import { startSettings } from "./settings.js";
import { startTabs } from "./tabs.js";

startTabs();
startLive();
startPhotos();
startSettings();
showWhere();
showLimits();
