// Starts the page.

import { showLimits, showWhere } from "./about.js";
import { startLive } from "./live/live.js";
import { startPhotos } from "./photo/photo.js";
import { startSettings } from "./settings.js";
import { startTabs } from "./tabs.js";
import { startLanguage } from "./words/language.js";

startLanguage();
startTabs();
startLive();
startPhotos();
startSettings();
showWhere();
showLimits();
