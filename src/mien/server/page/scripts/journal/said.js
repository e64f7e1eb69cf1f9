// What a journal says of the last days, in words; and whom one can call.

import { byId, element } from "../elements.js";
import { locale, phrase } from "../words/phrases.js";
import { chosenCountry, regionName } from "./papers.js";
import { checkInsOf, daysOf, listOf, tenthsOf } from "./numbers.js";
import { whyPoor } from "./watch.js";

/** @import { JournalEntries, JournalFindings, JournalStatement } from "../answers.js" */

/** As it stands in the files of help lines. */
const ALWAYS = "day and night";

/**
 * Show what differs, how sure that is, and what one can do.
 * @param {JournalEntries} entries
 */
export function showSaid({ findings, help }) {
  const { statements } = findings;
  const box = byId("said");
  box.replaceChildren();
  for (const one of statements) {
    box.append(
      element("p", { class: "state", text: statementOf(one) }),
      element("p", { class: "small", text: howSure(one) }),
    );
  }
  if (statements.length) {
    box.append(
      element("p", { class: "small", text: `${phrase("said.by-chance")} ${phrase("said.never")}` }),
      element("h3", { text: phrase("said.can-do") }),
      canDo(),
    );
  } else box.append(element("p", { class: "state", text: stateOf(findings) }));
  if (statements.length && !findings.questionnaire_is_high) box.append(helpOf(help));
  for (const [why, count] of Object.entries(findings.poor)) {
    const values = { check_ins: checkInsOf(count), why: whyPoor(why) };
    box.append(element("p", { class: "small", text: phrase("said.left-out", values) }));
  }
}

/**
 * Whom one can call, before all else, when answers were high.
 * @param {JournalEntries} entries
 */
export function showHelp({ findings, help }) {
  byId("help-first").hidden = !findings.questionnaire_is_high;
  byId("help-first-lines").replaceChildren(helpOf(help));
}

/** @param {JournalFindings} findings */
function stateOf({ state, check_ins: count, least, days, baseline }) {
  if (!count) return phrase("said.none");
  if (state === "learning") return phrase("said.learning", { count, least });
  if (state === "too few" || days === null || baseline === null) return phrase("said.too-few");
  return phrase("said.usual", { days: daysOf(days), baseline: checkInsOf(baseline) });
}

/** @param {JournalStatement} one */
function statementOf({ chart, signs, for_days: days }) {
  const words = signs.map((name) => phrase(/** @type {"less.smile_share"} */ (`less.${name}`)));
  const what = words.length ? listOf(words) : phrase(/** @type {"said.what-own"} */ (`said.what-${chart}`));
  return phrase("said.different", { what, days: daysOf(days) });
}

/** @param {JournalStatement} one */
function howSure({ size, low, high, days, baseline }) {
  return phrase("said.how-sure", {
    size: tenthsOf(size),
    low: tenthsOf(low),
    high: tenthsOf(high),
    days: daysOf(days),
    baseline: checkInsOf(baseline),
  });
}

function canDo() {
  const what = /** @type {const} */ (["said.can-do-words", "said.can-do-tell", "said.can-do-doctor"]);
  return element("ul", {}, ...what.map((key) => element("li", { text: phrase(key) })));
}

/** @param {JournalEntries["help"]} help */
function helpOf(help) {
  const found = help[chosenCountry()];
  if (!found) return element("p", { text: phrase("help.unknown") });
  const names = new Intl.DisplayNames([locale()], { type: "region" });
  const country = regionName(names, found.code) ?? found.country;
  const lines = found.lines.map(({ name, contact, when }) => {
    const words = phrase("help.line", { name, when: when === ALWAYS ? phrase("help.always") : when });
    return element("li", {}, element("b", { text: contact }), element("span", { class: "small", text: ` · ${words}` }));
  });
  return element(
    "div",
    {},
    element("p", {}, `${phrase("help.now")} `, element("b", { text: found.emergency })),
    element("p", { text: phrase("help.talk", { country }) }),
    element("ul", { class: "lines" }, ...lines),
  );
}
