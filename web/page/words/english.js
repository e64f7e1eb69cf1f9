// What the page says in English, and what only a page without a server has to say.

import { english as page } from "mien-page/words/english.js";

import { photosEnglish } from "./english-photos.js";

export const english = {
  ...page,
  ...photosEnglish,
  "here.title": "This is Mien in the browser",
  "here.works":
    "Your browser itself reads the camera and the photos, on this device: no picture and no word about it is sent anywhere. " +
    "After the first visit the page works without a network, and it can be installed like an app.",
  "here.installed":
    "Only the installed Mien has: stacks of nearly the same photos, raw photos, copies of the best ones, video files, small faces in live pictures, " +
    "body posture, files of results, and the lab in which models are trained and compared.",
  "here.licences": "Whose work this is",
  "camera.here": "Nothing leaves this device, nothing is kept.",
  "camera.insecure": "Browsers give the camera only to pages over https. Open this page by an address that begins with https.",
};
