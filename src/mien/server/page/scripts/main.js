// Starts the page.

import { showLimits, showWhere } from "./about.js";
import { startReview } from "./conversation/review.js";
import { showWelcome } from "./faces/welcome.js";
import { startJournal } from "./journal/journal.js";
import { startLive } from "./live/live.js";
import { startDrawers } from "./drawers.js";
import { startPhotos } from "./photo/photo.js";
import { startPractice } from "./practice/practice.js";
import { startSettings } from "./settings.js";
import { startTabs } from "./tabs.js";
import { startVideo } from "./video/video.js";
import { startLanguage } from "./words/language.js";

startLanguage();
showWhere();
startDrawers();
startTabs();
showWelcome();
startLive();
startPhotos();
startPractice();
startReview();
startJournal();
startVideo();
startSettings();
showLimits();
