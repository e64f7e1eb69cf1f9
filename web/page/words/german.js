// What the page says in German, and what only a page without a server has to say.

import { german as page } from "mien-page/words/german.js";

import { photosGerman } from "./german-photos.js";

export const german = {
  ...page,
  ...photosGerman,
  "here.title": "Das ist Mien im Browser",
  "here.works":
    "Ihr Browser selbst liest Kamera und Fotos, auf diesem Gerät: kein Bild und kein Wort darüber wird irgendwohin gesandt. " +
    "Nach dem ersten Besuch geht die Seite ohne Netz, und sie lässt sich installieren wie eine App.",
  "here.installed":
    "Nur das installierte Mien hat: Stapel fast gleicher Fotos, Rohbilder, Kopien der besten, Videodateien, kleine Gesichter im Kamerabild, " +
    "die Haltung des Körpers, Dateien mit Ergebnissen, und das Labor, in dem Modelle trainiert und verglichen werden.",
  "here.licences": "Wessen Arbeit das ist",
  "camera.here": "Nichts verlässt dieses Gerät, nichts wird behalten.",
  "camera.insecure": "Browser geben die Kamera nur Seiten über https. Öffnen Sie diese Seite unter einer Adresse, die mit https beginnt.",
};
