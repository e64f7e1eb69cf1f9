// The photo tab: choose photos, see the faces, ask why.

import { makeBar, setBar } from "../bars.js";
import { byId, element, messageOf, penOf, setText } from "../elements.js";
import { engine } from "../engine/engine.js";
import { colourOf, facePath, labelOf, percent, wordsOf } from "../labels.js";
import { showTab } from "../tabs.js";
import { phrase } from "../words/phrases.js";
import { sentenceOf } from "../words/visible.js";
import { drawHeat } from "./heat.js";
import { makeSigns } from "./signs.js";

/** @import { FaceAnswer, FrameAnswer, PhotoAnswer } from "../answers.js" */
/** @import { Reading } from "../labels.js" */

const LIKELY = 0.1;
const NUMBER_HIGH = 0.06;
const WIDEST_SHOWN = 1600;

/** @type {Promise<void>} */
let queue = Promise.resolve();
const batch = { waiting: 0, read: 0, failed: 0 };

/** Tie the drop zone and the file chooser. */
export function startPhotos() {
  const input = byId("files", HTMLInputElement);
  const drop = byId("drop");
  input.addEventListener("change", () => {
    addPhotos(input.files ?? []);
    input.value = ""; // So that the same photo can be chosen again.
  });
  // A photo dropped beside the zone must not replace the page.
  for (const kind of ["dragover", "drop"]) {
    document.addEventListener(kind, (event) => event.preventDefault());
  }
  drop.addEventListener("dragover", () => drop.classList.add("over"));
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  byId("photo").addEventListener("drop", (event) => {
    drop.classList.remove("over");
    addPhotos(event.dataTransfer?.files ?? []);
  });
  byId("clear-photos").addEventListener("click", clear);
  byId("sample-photo").addEventListener("click", trySamplePhoto);
  byId("try-photo").addEventListener("click", () => {
    showTab("photo");
    trySamplePhoto();
  });
}

/** Read the photo that comes with Mien. */
export async function trySamplePhoto() {
  try {
    addPhotos([new File([await engine.samplePhoto()], phrase("sample.name"), { type: "image/png" })]);
  } catch (error) {
    status(messageOf(error));
  }
}

/**
 * Read these photos, and show each when it is read.
 * @param {Iterable<File>} files
 */
export function addPhotos(files) {
  if (!batch.waiting) Object.assign(batch, { read: 0, failed: 0 });
  for (const file of files) {
    batch.waiting += 1;
    // One after the other: the server reads few at once, and their order stays.
    queue = queue.then(() => read(file)).then(told);
  }
  if (batch.waiting) status(phrase("photo.reading", { count: batch.waiting }));
}

/**
 * Say how far it is; at the end, of several photos, how many could not be read.
 * @param {string} words
 */
function told(words) {
  batch.waiting -= 1;
  if (batch.waiting) status(phrase("photo.reading", { count: batch.waiting }));
  else if (batch.read + batch.failed === 1) status(words);
  else {
    const { failed } = batch;
    const read = phrase("photo.read", { count: batch.read });
    status(failed ? phrase("photo.done-but", { read, failed }) : phrase("photo.done", { read }));
  }
}

/**
 * @param {File} file
 * @returns {Promise<string>} what to say of it
 */
async function read(file) {
  byId("clear-photos").hidden = false;
  try {
    if (!file.size) throw new Error(phrase("photo.empty"));
    const answer = await engine.readPhoto(file);
    byId("photos").append(await makePhoto(file, answer));
    batch.read += 1;
    const count = answer.faces.length;
    const words = count ? phrase("photo.faces", { count }) : phrase("photo.no-face");
    return phrase("photo.one-done", { name: file.name, words });
  } catch (error) {
    const words = phrase("photo.failed", { name: file.name, why: messageOf(error) });
    byId("photos").append(element("p", { class: "banner", text: words }));
    batch.failed += 1;
    return words;
  }
}

/**
 * @param {File} file
 * @param {PhotoAnswer} answer
 */
async function makePhoto(file, answer) {
  const picture = await drawPicture(file, answer);
  const frame = picture ? element("div", { class: "photo-frame" }, picture) : element("p", {
    phrase: "photo.cannot-show",
  });
  const list = element("div", { class: "photo-faces" });
  answer.faces.forEach((face, at) => {
    const card = makeFace(face, at + 1, answer.explains);
    list.append(card.root);
    if (picture) frame.append(makeMarker(face, at + 1, answer, card.open));
  });
  if (!answer.faces.length) {
    list.append(
      element("p", {
        phrase: "photo.nobody",
      }),
    );
  }
  const title = element("h2", { class: "photo-title", text: file.name });
  return element("article", { class: "photo" }, title, frame, list);
}

/**
 * The picture that was read, which of a moving one is the first; null if the browser can't.
 * @param {File} file
 * @param {FrameAnswer} answer
 */
async function drawPicture(file, { width, height }) {
  const bitmap = await createImageBitmap(file).catch(() => null);
  if (!bitmap) return null;
  const scale = Math.min(1, WIDEST_SHOWN / Math.max(width, height));
  const canvas = element("canvas", {
    class: "photo-picture",
    role: "img",
    "aria-label": phrase("photo.named", { name: file.name }),
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
  });
  const context = penOf(canvas);
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return canvas;
}

/**
 * @param {FaceAnswer} face
 * @param {number} number
 * @param {FrameAnswer} frame
 * @param {() => void} open
 */
function makeMarker(face, number, { width, height }, open) {
  const [left, top, right, bottom] = face.xyxy;
  const words = readingOf(face);
  const marker = element("button", {
    class: face.unsure ? "marker unsure" : "marker",
    "aria-label": phrase(face.explanation ? "photo.marker-why" : "photo.marker", {
      number,
      words: wordsOf(words),
    }),
    onclick: open,
  });
  const place = top < NUMBER_HIGH * height ? "marker-number below" : "marker-number";
  marker.append(element("span", { class: place, text: number }));
  Object.assign(marker.style, {
    left: `${(100 * left) / width}%`,
    top: `${(100 * top) / height}%`,
    width: `${(100 * (right - left)) / width}%`,
    height: `${(100 * (bottom - top)) / height}%`,
    borderColor: colourOf(words.label),
  });
  return marker;
}

/**
 * @param {FaceAnswer} face
 * @returns {Reading}
 */
function readingOf({ label, top_emotion: top, unsure, confidence }) {
  return { label, top, unsure, confidence };
}

/**
 * @param {FaceAnswer} face
 * @param {number} number
 * @param {boolean} explains - whether the model can say why
 */
function makeFace(face, number, explains) {
  const words = readingOf(face);
  const bars = element("ul", { class: "bars" });
  for (const [label, probability] of Object.entries(face.probabilities)) {
    const bar = makeBar(label);
    setBar(bar, probability);
    bars.append(bar.root);
  }
  const picture = element("img", { src: facePath(words.label), alt: "", width: 64, height: 64 });
  const word = element("p", { class: words.unsure ? "word unsure" : "word", text: wordsOf(words) });
  const since = element("p", {
    class: "since",
    text: words.unsure
      ? phrase("photo.unsure")
      : phrase("photo.sure", { percent: percent(words.confidence) }),
  });
  const head = element("div", { class: "reading" }, picture, element("div", {}, word, since));
  const title = element("h3", { phrase: "photo.face", values: { number } });
  const signs = makeSigns(face);
  const root = element("section", { class: "person" }, title, head, ...(signs ? [signs] : []), bars);
  if (!face.explanation) {
    if (!explains) root.append(element("p", { class: "small", phrase: "photo.cannot-explain" }));
    return { root, open: () => root.scrollIntoView({ block: "nearest" }) };
  }
  const { why, summary } = makeWhy(face, face.explanation, number);
  root.append(why);
  const open = () => {
    why.open = true;
    summary.focus();
    why.scrollIntoView({ block: "nearest" });
  };
  return { root, open };
}

/**
 * @param {FaceAnswer} face
 * @param {NonNullable<FaceAnswer["explanation"]>} explanation
 * @param {number} number
 */
function makeWhy(face, { crop, maps }, number) {
  const canvas = element("canvas", { class: "heat", role: "img" });
  const image = element("img", { class: "crop", alt: phrase("why.crop", { number }) });
  const words = element("p", { "aria-live": "polite" });
  const ranked = Object.entries(face.probabilities).sort((one, other) => other[1] - one[1]);
  const choice = element("select", {});
  for (const [label, probability] of ranked.filter(([label]) => maps[label])) {
    choice.append(element("option", { value: label, text: `${labelOf(label)} (${percent(probability)})` }));
  }
  const show = () => {
    const label = choice.value;
    if (image.complete && image.naturalWidth) drawHeat(canvas, image, maps[label]);
    const sentence = besideMap(label, maps[label], face.probabilities[label], face);
    canvas.setAttribute("aria-label", phrase("why.map", { label: labelOf(label) }));
    setText(words, sentence);
  };
  choice.addEventListener("change", show);
  image.addEventListener("load", show);
  image.src = crop;
  show();
  const summary = element("summary", { phrase: "why.ask" });
  const why = element(
    "details",
    { class: "why" },
    summary,
    element(
      "div",
      { class: "why-pictures" },
      element("figure", {}, image, element("figcaption", { phrase: "why.shown" })),
      element("figure", {}, canvas, element("figcaption", { phrase: "why.bright" })),
    ),
    element("label", { class: "field" }, element("span", { phrase: "why.choose" }), choice),
    words,
    element("p", {
      class: "small",
      phrase: "why.limits",
    }),
  );
  return { why, summary };
}

/**
 * What has to be said beside a map; which part of the face decides, it does not tell.
 * @param {string} label
 * @param {number[][]} map
 * @param {number} probability
 * @param {FaceAnswer} face
 */
function besideMap(label, map, probability, face) {
  const speaking = (face.signs?.signs ?? []).filter((sign) => sign.speaks_for === label);
  if (speaking.length) {
    return phrase("why.visible", { signs: speaking.map(sentenceOf).join("; ") });
  }
  if (!map.flat().some((value) => value > 0)) return phrase("why.nothing", { label: labelOf(label) });
  if (probability >= LIKELY) return "";
  return phrase("why.little", { label: labelOf(label), percent: percent(probability) });
}

function clear() {
  byId("photos").replaceChildren();
  byId("clear-photos").hidden = true;
  status(phrase("photo.cleared"));
  byId("files").focus();
}

/** @param {string} words */
function status(words) {
  setText(byId("photo-status"), words);
}
