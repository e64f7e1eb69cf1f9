// The photo tab: choose photos, see the faces, ask why.

import { makeBar, setBar } from "./cards.js";
import { byId, element, setText } from "./elements.js";
import { drawHeat, whereItLooks } from "./heat.js";
import { colourOf, facePath, percent, wordsOf } from "./labels.js";

const LIKELY = 0.1;

let queue = Promise.resolve();
let waiting = 0;

/** Tie the drop zone and the file chooser. */
export function startPhotos() {
  const input = byId("files");
  const drop = byId("drop");
  input.addEventListener("change", () => {
    add(input.files);
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
    add(event.dataTransfer.files);
  });
  byId("clear-photos").addEventListener("click", clear);
}

function add(files) {
  for (const file of files) {
    waiting += 1;
    // One after the other: the server reads few at once, and their order stays.
    queue = queue.then(() => read(file)).finally(() => {
      waiting -= 1;
      if (waiting) status(`Reading … ${waiting} to go.`);
    });
  }
  if (waiting) status(`Reading … ${waiting} to go.`);
}

async function read(file) {
  byId("clear-photos").hidden = false;
  try {
    const answer = await ask(file);
    byId("photos").append(makePhoto(file, answer));
    const count = answer.faces.length;
    const found = count === 1 ? "1 face" : `${count} faces`;
    status(`${file.name}: ${count ? found : "no face found"}.`);
  } catch (error) {
    const words = `${file.name}: ${error.message}`;
    byId("photos").append(element("p", { class: "banner", text: words }));
    status(words);
  }
}

async function ask(file) {
  const form = new FormData();
  form.append("image", file, file.name);
  let response;
  try {
    response = await fetch("v1/analyze?explain=true", { method: "POST", body: form });
  } catch {
    throw new Error("Mien does not answer. Is it still running?");
  }
  const answer = await response.json().catch(() => null);
  if (response.ok && answer) return answer;
  const { what, hint } = answer?.error ?? { what: `the server answered ${response.status}` };
  throw new Error(hint ? `${what}; ${hint}` : what);
}

function makePhoto(file, answer) {
  const picture = element("img", { alt: `The photo ${file.name}`, class: "photo-picture" });
  picture.addEventListener("load", () => URL.revokeObjectURL(picture.src), { once: true });
  picture.src = URL.createObjectURL(file);
  const frame = element("div", { class: "photo-frame" }, picture);
  const list = element("div", { class: "photo-faces" });
  answer.faces.forEach((face, at) => {
    const card = makeFace(face, at + 1);
    list.append(card.root);
    frame.append(makeMarker(face, at + 1, answer, card.open));
  });
  if (!answer.faces.length) {
    list.append(
      element("p", {
        text: "No face found. Faces that are very small, turned far away or lie on their side are not found.",
      }),
    );
  }
  const title = element("h2", { class: "photo-title", text: file.name });
  return element("article", { class: "photo" }, title, frame, list);
}

function makeMarker(face, number, { width, height }, open) {
  const [left, top, right, bottom] = face.xyxy;
  const words = readingOf(face);
  const marker = element("button", {
    class: face.unsure ? "marker unsure" : "marker",
    "aria-label": `Face ${number}: ${wordsOf(words)}. Why?`,
    onclick: open,
  });
  marker.append(element("span", { class: "marker-number", text: number }));
  Object.assign(marker.style, {
    left: `${(100 * left) / width}%`,
    top: `${(100 * top) / height}%`,
    width: `${(100 * (right - left)) / width}%`,
    height: `${(100 * (bottom - top)) / height}%`,
    borderColor: colourOf(words.label),
  });
  return marker;
}

function readingOf({ label, top_emotion: top, unsure, confidence }) {
  return { label, top, unsure, confidence };
}

function makeFace(face, number) {
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
      ? "Unsure: the signs are weak."
      : `${percent(words.confidence)} sure, as far as it can tell.`,
  });
  const head = element("div", { class: "reading" }, picture, element("div", {}, word, since));
  const root = element("section", { class: "person" }, element("h3", { text: `Face ${number}` }), head, bars);
  if (!face.explanation) return { root, open: () => root.scrollIntoView({ block: "nearest" }) };
  const why = makeWhy(face, number);
  root.append(why);
  const open = () => {
    why.open = true;
    why.querySelector("summary").focus();
    why.scrollIntoView({ block: "nearest" });
  };
  return { root, open };
}

function makeWhy(face, number) {
  const { crop, maps } = face.explanation;
  const canvas = element("canvas", { class: "heat", role: "img" });
  const image = element("img", { class: "crop", alt: `Face ${number} as the model was shown it` });
  const words = element("p", { "aria-live": "polite" });
  const ranked = Object.entries(face.probabilities).sort((one, other) => other[1] - one[1]);
  const choice = element("select", {});
  for (const [label, probability] of ranked.filter(([label]) => maps[label])) {
    choice.append(element("option", { value: label, text: `${label} (${percent(probability)})` }));
  }
  const show = () => {
    const label = choice.value;
    if (image.complete && image.naturalWidth) drawHeat(canvas, image, maps[label]);
    const sentence = inWords(label, maps[label], face.probabilities[label]);
    canvas.setAttribute("aria-label", `The same face, with the places that speak for ${label}`);
    setText(words, sentence);
  };
  choice.addEventListener("change", show);
  image.addEventListener("load", show);
  image.src = crop;
  show();
  return element(
    "details",
    { class: "why" },
    element("summary", { text: "Why?" }),
    element(
      "div",
      { class: "why-pictures" },
      element("figure", {}, image, element("figcaption", { text: "What the model was shown" })),
      element("figure", {}, canvas, element("figcaption", { text: "Bright: speaks most for the word" })),
    ),
    element("label", { class: "field" }, "Show what speaks for ", choice),
    words,
    element("p", { class: "small", text: "It says what the model looks at, not what the person feels." }),
  );
}

function inWords(label, map, probability) {
  const found = whereItLooks(map);
  if (!found) return `Nothing in this face speaks for “${label}”.`;
  const share = `${Math.round(100 * found.share)} of 100 parts of what speaks for it`;
  const mostly = `What speaks for “${label}” is mostly around ${found.part} (${share}), then ${found.second}.`;
  return probability < LIKELY
    ? `${mostly} It is not much: the model gives “${label}” only ${percent(probability)}.`
    : mostly;
}

function clear() {
  byId("photos").replaceChildren();
  byId("clear-photos").hidden = true;
  status("All photos are cleared.");
  byId("files").focus();
}

function status(words) {
  setText(byId("photo-status"), words);
}
