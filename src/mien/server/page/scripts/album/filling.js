// How far the reading of folders is: told by the server, paused and resumed from here.

import { byId, element, setText } from "../elements.js";
import { askJson, Refused } from "./ask.js";
import { FolderChoice } from "./folders.js";
import { counted, nameOf } from "./words.js";

/** @import { FillingAnswer, ReadFolder } from "../answers.js" */

const WHILE_READING = 1000;
const OTHERWISE = 5000;
const OFF = 404;
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
    const choice = new FolderChoice((answer) => this.tell(answer));
    for (const id of ["add-first", "add-more"]) byId(id).addEventListener("click", () => choice.open());
    for (const step of ["pause", "resume", "leave"]) {
      byId(`filling-${step}`).addEventListener("click", () => this.send(step));
    }
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.look();
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
    this.last = now;
    for (const part of document.querySelectorAll(".if-allowed")) part.toggleAttribute("hidden", !now.allowed);
    for (const part of document.querySelectorAll(".if-not-allowed")) part.toggleAttribute("hidden", now.allowed);
    this.showNow(now);
    this.showEnded(now.ended.filter((each) => !this.away.has(keyOf(each))));
    byId("filling").hidden = byId("filling-now").hidden && !byId("filling-ended").children.length;
    if (was?.stage !== now.stage) setText(byId("filling-announcer"), announcement(now));
    if (worked || this.working) this.onNews();
    this.later();
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
    setText(byId("filling-what"), `${HEADS[now.stage] ?? "Reading"} ${nameOf(folder) || folder}`);
    setText(byId("filling-more"), [progressWords(now), waitingWords(waiting)].filter(Boolean).join(" "));
    byId("filling-now").classList.toggle("failed", now.stage === "failed");
    const still = now.stage === "paused" || now.stage === "failed";
    byId("filling-pause").hidden = still;
    byId("filling-pause", HTMLButtonElement).disabled = now.stage === "pausing";
    byId("filling-resume").hidden = !still;
    setText(byId("filling-resume"), now.stage === "failed" ? "Try again" : "Go on");
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
          "aria-label": `Put away what is said of ${each.folder}`,
          onclick: () => {
            this.away.add(keyOf(each));
            if (this.last) this.tell(this.last);
          },
        });
        const words = element("div", {}, element("p", {}, element("b", { text: nameOf(each.folder) || each.folder }), `: ${endWords(each)}`));
        const closed = each.closed.map(({ path, reason }) => element("li", { text: `${path}: ${reason}` }));
        const rest = each.closed_number - each.closed.length;
        if (rest) closed.push(element("li", { text: `and ${rest} more` }));
        if (closed.length) {
          const summary = element("summary", { text: `Not looked into: ${each.closed_number}` });
          words.append(element("details", {}, summary, element("ul", {}, ...closed)));
        }
        return element("li", {}, words, put);
      }),
    );
  }
}

/** @type {Record<string, string>} */
const HEADS = {
  looking: "Looking for photos in",
  pausing: "Pausing",
  paused: "Paused:",
  failed: "Stopped:",
};

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
  const words = `${now.done.toLocaleString("en-GB")} of ${counted(now.total, "photo")}`;
  return now.seconds_left === null ? words : `${words}, ${timeWords(now.seconds_left)}`;
}

/** @param {string[]} waiting */
function waitingWords(waiting) {
  return waiting.length ? `Then: ${waiting.map((folder) => nameOf(folder) || folder).join(", ")}.` : "";
}

/** @param {number} seconds */
function timeWords(seconds) {
  if (seconds < 60) return "less than a minute left";
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `about ${counted(minutes, "minute")} left` : `about ${counted(Math.round(minutes / 60), "hour")} left`;
}

/** @param {ReadFolder} each */
function endWords(each) {
  const kinds = Object.entries(each.passed_over).map(([kind, number]) => `${number.toLocaleString("en-GB")} ${kind}`);
  const parts = [
    each.read ? `${counted(each.read, "photo")} read with ${counted(each.faces, "face")}` : "no new photos",
    each.recognised && `${each.recognised.toLocaleString("en-GB")} known already`,
    each.unchanged && `${each.unchanged.toLocaleString("en-GB")} read before`,
    each.gone && `${each.gone.toLocaleString("en-GB")} gone`,
    each.unreadable && `${each.unreadable.toLocaleString("en-GB")} could not be read`,
    each.incomplete && `${each.incomplete.toLocaleString("en-GB")} cut off`,
    each.heic && `${counted(each.heic, "HEIC photo")} left out: this Mien lacks its extra heic`,
    each.excluded && `${each.excluded.toLocaleString("en-GB")} hidden or in the trash left out`,
    kinds.length && `passed over: ${kinds.join(", ")}`,
  ];
  return `${parts.filter(Boolean).join("; ")}.`;
}

/** @param {FillingAnswer} now */
function announcement(now) {
  const [folder] = now.folders;
  if (folder) return `${HEADS[now.stage] ?? "Reading"} ${nameOf(folder) || folder}. ${now.problem ? progressWords(now) : ""}`;
  const [last] = now.ended.slice(-1);
  return last ? `${nameOf(last.folder) || last.folder}: ${endWords(last)}` : "";
}
