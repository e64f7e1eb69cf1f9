// What the tab for photos of a folder says in German.

/** @import { Phrase } from "mien-page/words/phrases.js" */
/** @import { photosEnglish } from "./english-photos.js" */

/** @type {Record<keyof typeof photosEnglish, Phrase>} */
export const photosGerman = {
  "tabs.folder": "Fotos",
  "folder.title": "Fotos eines Ordners danach finden, was Gesichter zeigen",
  "folder.choose": "Ordner wählen",
  "folder.private":
    "Dieser Browser liest die Fotos selbst und behält auf diesem Gerät, was er gelesen hat: Rahmen, Wörter und Zahlen, keine Bilder. " +
    "Beim nächsten Mal liest er nur, was neu ist.",
  "folder.again": "„{name}“ wieder öffnen",
  "folder.looking": "Suche Fotos in „{name}“ …",
  "folder.none": "In „{name}“ sind keine Fotos, die ein Browser öffnet.",
  "folder.reading": "„{name}“ wird gelesen",
  "folder.progress": "{done} von {total} Fotos: {read} jetzt gelesen, {unchanged} schon bekannt.",
  "folder.pause": "Pause",
  "folder.go-on": "Weiter",
  "folder.done": { one: "„{name}“: {count} Foto, alles gelesen.", other: "„{name}“: {count} Fotos, alle gelesen." },
  "folder.done-but": {
    one: "„{name}“: {count} Foto angesehen; nicht alles ließ sich lesen.",
    other: "„{name}“: {count} Fotos angesehen; nicht alles ließ sich lesen.",
  },
  "folder.refused": "Dieser Browser durfte nicht in „{name}“ sehen. Wählen Sie den Ordner noch einmal.",
  "folder.vanished": "„{name}“ ist nicht mehr da oder lässt sich nicht öffnen: {why}",
  "folder.problem": "Das Lesen wurde abgebrochen: {why}",
  "folder.no-index": "Dieser Browser behält für diese Seite nichts, wie in privaten Fenstern; so gibt es kein Verzeichnis: {why}",
  "folder.failed": { one: "{count} ließ sich nicht lesen", other: "{count} ließen sich nicht lesen" },
  "folder.failed-more": { one: "und {count} weiteres", other: "und {count} weitere" },
  "folder.why": "{path}: {why}",
  "folder.why-installed": "{path}: Dieser Browser kann solche Bilder nicht öffnen. Das installierte Mien kann es.",
  "folder.why-raw": "{path}: Rohbilder liest nur das installierte Mien.",
  "folder.closed": "{path}: Dieser Ordner lässt sich nicht öffnen ({why})",
  "folder.ask": "Welcher Ausdruck?",
  "folder.count": { one: "{count} Foto, das beste zuerst", other: "{count} Fotos, die besten zuerst" },
  "folder.count-none": "Keines der Fotos zeigt das.",
  "folder.below": { one: "{count} Foto zeigt es kaum.", other: "{count} Fotos zeigen es kaum." },
  "folder.show-below": "Auch diese zeigen",
  "folder.hide-below": "Diese weglassen",
  "folder.more": "Mehr zeigen",
  "folder.tile": "{at}: {name}, {own}, {score}, {faces}",
  "folder.tile-weak": "{at}: {name}, {own}, {score}, schwach, {faces}",
  "folder.score": "{label} {percent}",
  "folder.faces": { one: "{count} Gesicht", other: "{count} Gesichter" },
  "folder.not-open": "Öffnen Sie den Ordner wieder, um dieses Foto zu sehen",
  "folder.not-there": "Dieses Foto lässt sich nicht mehr öffnen",
  "folder.tiles": "Fotos, die besten zuerst",
  "folder.forget": "Alles vergessen",
  "folder.forget-sure": "Alles, was von Ihren Fotos gelesen wurde, aus diesem Browser löschen? Die Fotos selbst bleiben, wo sie sind.",
  "folder.forgotten": "Vergessen: Von Ihren Fotos ist in diesem Browser nichts mehr.",
  "folder.installed":
    "Nur das installierte Mien legt fast gleiche Fotos auf Stapel, liest Rohbilder und, wo dieser Browser es nicht kann, HEIC und TIFF, " +
    "findet Fotos nach mehreren Wünschen zugleich und kopiert die besten in einen Ordner.",
};
