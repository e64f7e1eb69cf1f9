// One photo in the grid.

import { element, messageOf, setText } from "../elements.js";
import { facePath, labelOf } from "../labels.js";
import { numberOf, phrase } from "../words/phrases.js";
import { ask, Refused } from "./ask.js";
import { dateOf, facesWords, nameOf, ownWords, scoreWords } from "./words.js";

/** @import { AlbumFace, AlbumPhoto } from "../answers.js" */
/** @import { Question } from "./words.js" */

const FRAME = 4 / 3;
const MOST_WORDS = 2;

/**
 * The element of a photo of the ranking; filled in when more is known.
 * @param {number} at - its place
 * @param {number} total
 */
export function makeTile(at, total) {
  const root = element("div", { class: "tile", role: "option", tabindex: -1, "aria-selected": "false" });
  const frame = element("div", { class: "tile-frame" });
  frame.append(element("span", { class: "tile-check", "aria-hidden": "true" }));
  root.append(frame, element("div", { class: "tile-words", "aria-hidden": "true" }));
  numberTile(root, at, total);
  root.setAttribute("aria-label", phrase("tile.photo", { at: at + 1 }));
  return root;
}

/**
 * Tell a tile at which place of the ranking it stands.
 * @param {HTMLElement} root
 * @param {number} at
 * @param {number} total
 */
export function numberTile(root, at, total) {
  root.id = `photo-${at}`;
  root.dataset.at = String(at);
  root.setAttribute("aria-posinset", String(at + 1));
  root.setAttribute("aria-setsize", String(total));
}

/**
 * Show what is known of a photo; what is shown already stays.
 * @param {HTMLElement} root
 * @param {AlbumPhoto | null} photo - null when it has gone
 * @param {number} score
 * @param {Question} question
 * @param {number} behind - how many stand behind it
 */
export function fillTile(root, photo, score, question, behind) {
  const [frame, words] = root.children;
  if (photo === null) {
    frame.querySelector("img")?.remove();
    placeholder(frame, phrase("tile.gone"));
    return;
  }
  showPicture(frame, photo);
  const faint = !question.similar && score < question.leastScore;
  root.classList.toggle("faint", faint);
  root.classList.toggle("stacked", behind > 0);
  const at = Number(root.dataset.at) + 1;
  const scored = scoreWords(score, question);
  const own = ownWords(photo);
  // What the faces show comes before what was asked for, unless that is the same word.
  const same = own.length === 1 && own[0] === question.only && !question.similar;
  const first = same || !own.length ? scored : own.slice(0, MOST_WORDS).map(labelOf).join(", ");
  const second = first === scored ? null : scored;
  words.replaceChildren(
    element(
      "span",
      { class: "tile-score" },
      ...(own.length ? [element("img", { src: facePath(own[0]), alt: "", width: 20, height: 20 })] : []),
      element("b", { text: first }),
      element("span", { class: "tile-rank", text: numberOf(at) }),
    ),
    element("span", { class: "tile-more", text: [second, facesWords(photo), dateOf(photo.taken)].filter(Boolean).join(" · ") }),
  );
  frame.querySelector(".tile-behind")?.remove();
  if (behind) frame.append(element("span", { class: "tile-behind", "aria-hidden": "true", text: `+${numberOf(behind)}` }));
  const spoken = [
    `${at}: ${nameOf(photo.path)}`,
    first,
    second,
    faint && phrase("tile.weak"),
    facesWords(photo),
    dateOf(photo.taken),
    behind && phrase("tile.behind", { count: behind }),
  ];
  root.setAttribute("aria-label", spoken.filter(Boolean).join(", "));
  root.title = nameOf(photo.path);
}

/**
 * @param {Element} frame
 * @param {AlbumPhoto} photo
 */
function showPicture(frame, photo) {
  const shown = frame.querySelector("img");
  const source = thumbnailOf(photo);
  const picture =
    shown?.getAttribute("src") === source ? shown : element("img", { alt: "", decoding: "async", draggable: "false" });
  picture.removeAttribute("style");
  Object.assign(picture.style, fitOf(photo));
  if (picture === shown) return;
  shown?.remove();
  frame.querySelector(".tile-missing")?.remove();
  picture.addEventListener("load", () => picture.classList.add("there"));
  picture.addEventListener("error", () => whyNot(frame, picture, photo));
  picture.src = source;
  frame.prepend(picture);
}

/**
 * Address of a thumbnail; its key lets the browser keep it.
 * @param {AlbumPhoto} photo
 */
export function thumbnailOf(photo) {
  return `v1/album/thumbnail?photo=${photo.id}&key=${photo.key}`;
}

/**
 * Ask again in words why there is no picture.
 * @param {Element} frame
 * @param {HTMLImageElement} picture
 * @param {AlbumPhoto} photo
 */
async function whyNot(frame, picture, photo) {
  picture.remove();
  try {
    await ask(`/thumbnail?photo=${photo.id}`);
    placeholder(frame, phrase("tile.no-picture"));
  } catch (error) {
    placeholder(frame, error instanceof Refused ? error.what : messageOf(error));
  }
}

/**
 * @param {Element} frame
 * @param {string} text
 */
function placeholder(frame, text) {
  let place = frame.querySelector(".tile-missing");
  if (!place) {
    place = element("span", { class: "tile-missing" });
    frame.prepend(place);
  }
  setText(place, text[0].toUpperCase() + text.slice(1));
}

/**
 * How a photo fills its frame: so that no face is cut off, or as a whole if that can't be.
 * @param {AlbumPhoto} photo
 */
function fitOf({ faces, width, height }) {
  const counted = faces.some((face) => face.counted) ? faces.filter((face) => face.counted) : faces;
  if (!counted.length) return {};
  const ratio = width / height;
  const places = [
    placeOf(counted, 0, width, Math.min(1, FRAME / ratio)),
    placeOf(counted, 1, height, Math.min(1, ratio / FRAME)),
  ];
  const known = places.filter((place) => place !== null);
  if (known.length < places.length) return { objectFit: "contain" };
  return { objectPosition: known.map((place) => `${(100 * place).toFixed(1)}%`).join(" ") };
}

/**
 * Where along one side the faces are, 0 to 1 of what can be moved; null if too far apart.
 * @param {AlbumFace[]} faces
 * @param {0 | 1} low - which side of a box comes first along it
 * @param {number} side
 * @param {number} visible
 */
function placeOf(faces, low, side, visible) {
  const from = Math.min(...faces.map(({ xyxy }) => xyxy[low])) / side;
  const to = Math.max(...faces.map(({ xyxy }) => xyxy[low === 0 ? 2 : 3])) / side;
  if (visible >= 1) return 0.5;
  if (to - from > visible) return null;
  const place = ((from + to) / 2 - visible / 2) / (1 - visible);
  return Math.max(0, Math.min(1, place));
}
