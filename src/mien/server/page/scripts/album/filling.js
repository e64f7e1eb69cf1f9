// How far the reading of folders is: told by the server, paused and resumed from here.

import { byId, element, setText } from "../elements.js";
import { askJson, Refused } from "./ask.js";
import { FolderChoice } from "./folders.js";
import { isPhrase, numberOf, onLanguage, phrase, setPhrase } from "../words/phrases.js";
import { nameOf } from "./words.js";

/** @import { FillingAnswer, ReadFolder } from "../answers.js" */
/** @import { Key } from "../words/phrases.js" */

const WHILE_READING = 1000;
const OTHERWISE = 5000;
const OFF = 404;
const STILL = ["pausing", "paused", "failed"];
const AT_WORK = ["looking", "reading", "pausing"];

/** Shows the reading, and asks for it again and again. */
export class FillingPanel {
  /**
   * @param {() => void} onNews - called when photos may have come
   * @param {(error: unknown) => void} onProblem
   */
  constructor(onNews, onProblem) {
    this.onNews = onNews;
    this.onProblem = onProblem;
    this.timer = 0;
    this.shown = "";
    /** @type {FillingAnswer | null} */
    this.last = null;
    /** @type {Set<string>} folders whose end the person has seen and put away */
    this.away = new Set();
    const choice = new FolderChoice((answer) => {
      this.tell(answer);
      byId("filling-pause").focus();
    });
    for (const id of ["add-first", "add-more"]) byId(id).addEventListener("click", () => choice.open());
    for (const step of ["pause", "resume", "leave"]) {
      byId(`filling-${step}`).addEventListener("click", () => this.send(step));
    }
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.look();
    });
    onLanguage(() => {
      this.shown = "";
      if (this.last) this.tell(this.last);
    });
  }

  get working() {
    return this.last !== null && AT_WORK.includes(this.last.stage);
  }

  /** Ask how far it is, and again after a while. */
  async look() {
    clearTimeout(this.timer);
    if (document.hidden) return;
    try {
      this.tell(await askJson("/filling"));
    } catch (error) {
      // The page says elsewhere that the server does not answer, or shows no album.
      if (!(error instanceof Refused && error.status === OFF)) this.later();
    }
  }

  /** @param {string} step - pause, resume or leave */
  async send(step) {
    try {
      this.tell(await askJson(`/filling/${step}`, { method: "POST" }));
    } catch (error) {
      this.onProblem(error);
    }
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), this.working ? WHILE_READING : OTHERWISE);
  }

  /** @param {FillingAnswer} now */
  tell(now) {
    const was = this.last;
    const worked = this.working;
    const focused = byId("filling").contains(document.activeElement);
    this.last = now;
    // What had ended before the page was opened is no news.
    if (!was && !this.working) for (const each of now.ended) this.away.add(keyOf(each));
    for (const part of document.querySelectorAll(".if-allowed")) part.toggleAttribute("hidden", !now.allowed);
    for (const part of document.querySelectorAll(".if-not-allowed")) part.toggleAttribute("hidden", now.allowed);
    this.showNow(now);
    this.showEnded(now.ended.filter((each) => !this.away.has(keyOf(each))));
    byId("filling").hidden = byId("filling-now").hidden && !byId("filling-ended").children.length;
    if (focused) this.keepFocus();
    if (was?.stage !== now.stage) setText(byId("filling-announcer"), announcement(now));
    if (worked || this.working) this.onNews();
    this.later();
  }

  /** Whoever is here by keyboard stays here when the button that they used goes away. */
  keepFocus() {
    if (document.activeElement?.checkVisibility() && byId("filling").contains(document.activeElement)) return;
    const buttons = [...byId("filling").querySelectorAll("button")];
    const next = buttons.find((button) => button.checkVisibility() && !button.disabled);
    (next ?? byId("main")).focus();
  }

  /** @param {FillingAnswer} now */
  showNow(now) {
    const [folder, ...waiting] = now.folders;
    byId("filling-now").hidden = !folder;
    if (!folder) return;
    const bar = byId("filling-bar", HTMLProgressElement);
    if (now.total) bar.value = now.done / now.total;
    else bar.removeAttribute("value");
    bar.hidden = now.stage === "failed" && !now.total;
    setText(byId("filling-what"), headWords(now.stage, folder));
    setText(byId("filling-more"), [progressWords(now), waitingWords(waiting)].filter(Boolean).join(" "));
    byId("filling-now").classList.toggle("failed", now.stage === "failed");
    const still = STILL.includes(now.stage);
    byId("filling-pause").hidden = still;
    byId("filling-resume").hidden = !still;
    setPhrase(byId("filling-resume"), now.stage === "failed" ? "filling.again" : "filling.go-on");
  }

  /** @param {ReadFolder[]} ended */
  showEnded(ended) {
    const key = JSON.stringify(ended);
    if (key === this.shown) return;
    this.shown = key;
    byId("filling-ended").replaceChildren(
      ...ended.map((each) => {
        const put = element("button", {
          type: "button",
          text: "✕",
          "aria-label": phrase("filling.put-away", { folder: each.folder }),
          onclick: () => {
            this.away.add(keyOf(each));
            if (this.last) this.tell(this.last);
          },
        });
        const words = element("div", {}, element("p", {}, element("b", { text: nameOf(each.folder) || each.folder }), `: ${endWords(each)}`));
        const closed = each.closed.map(({ path, reason }) => element("li", { text: `${path}: ${reason}` }));
        const rest = each.closed_number - each.closed.length;
        if (rest) closed.push(element("li", { text: phrase("filling.more", { count: rest }) }));
        if (closed.length) {
          const summary = element("summary", { text: phrase("filling.closed", { count: each.closed_number }) });
          words.append(element("details", {}, summary, element("ul", {}, ...closed)));
        }
        return element("li", {}, words, put);
      }),
    );
  }
}

/**
 * @param {string} stage
 * @param {string} path
 */
function headWords(stage, path) {
  const key = `filling.${stage}`;
  return phrase(stage !== "reading" && isPhrase(key) ? key : "filling.at-work", { folder: nameOf(path) || path });
}

/** @param {ReadFolder} folder */
function keyOf({ folder, read, seconds }) {
  return `${folder}|${read}|${seconds}`;
}

/** @param {FillingAnswer} now */
function progressWords(now) {
  if (now.problem) {
    const { what, hint } = now.problem;
    return `${what[0].toUpperCase()}${what.slice(1)}${hint ? `; ${hint}` : ""}.`;
  }
  if (!now.total) return "";
  const far = { done: now.done, photos: phrase("album.photos", { count: now.total }) };
  if (now.seconds_left === null) return phrase("filling.done", far);
  return phrase("filling.done-left", { ...far, left: timeWords(now.seconds_left) });
}

/** @param {string[]} waiting */
function waitingWords(waiting) {
  const folders = waiting.map((folder) => nameOf(folder) || folder).join(", ");
  return waiting.length ? phrase("filling.then", { folders }) : "";
}

/** @param {number} seconds */
function timeWords(seconds) {
  if (seconds < 60) return phrase("filling.soon");
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return phrase("filling.minutes", { count: minutes });
  return phrase("filling.hours", { count: Math.round(minutes / 60) });
}

/** @param {ReadFolder} each */
function endWords(each) {
  const kinds = Object.entries(each.passed_over).map(([kind, number]) => `${numberOf(number)} ${kind}`);
  const some = (/** @type {Key} */ key, /** @type {number} */ count) => count && phrase(key, { count });
  const parts = [
    each.read
      ? phrase("filling.read", { count: each.read, faces: phrase("album.faces", { count: each.faces }) })
      : phrase("filling.no-new"),
    some("filling.known", each.recognised),
    some("filling.unchanged", each.unchanged),
    some("filling.gone", each.gone),
    some("filling.unreadable", each.unreadable),
    some("filling.incomplete", each.incomplete),
    some("filling.heic", each.heic),
    some("filling.excluded", each.excluded),
    kinds.length && phrase("filling.passed-over", { kinds: kinds.join(", ") }),
  ];
  return `${parts.filter(Boolean).join("; ")}.`;
}

/** @param {FillingAnswer} now */
function announcement(now) {
  const [folder] = now.folders;
  if (folder) return `${headWords(now.stage, folder)}. ${now.problem ? progressWords(now) : ""}`;
  const [last] = now.ended.slice(-1);
  return last ? `${nameOf(last.folder) || last.folder}: ${endWords(last)}` : "";
}
