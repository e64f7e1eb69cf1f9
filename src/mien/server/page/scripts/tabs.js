// The tabs, as the ARIA pattern asks: arrows move, one tab stop.

import { byId } from "./elements.js";

/** As they stand in the page: one without a server has another one.
 * @type {string[]} */
const NAMES = [];
/** @type {Record<string, number | undefined>} */
const STEPS = { ArrowRight: 1, ArrowLeft: -1 };
/** @type {Record<string, number | undefined>} */
const ENDS = { Home: 0, End: -1 };

/** Tie the tabs; the address may name one (#photo). */
export function startTabs() {
  for (const tab of document.querySelectorAll('[role="tab"]')) NAMES.push(tab.id.replace("tab-", ""));
  for (const [at, name] of NAMES.entries()) {
    const tab = byId(`tab-${name}`);
    tab.addEventListener("click", () => showTab(name));
    tab.addEventListener("keydown", (event) => {
      const step = STEPS[event.key];
      const target = ENDS[event.key];
      if (step === undefined && target === undefined) return;
      event.preventDefault();
      const next = NAMES.at(target ?? (at + (step ?? 0)) % NAMES.length);
      if (next === undefined) return;
      showTab(next);
      byId(`tab-${next}`).focus();
    });
  }
  const named = location.hash.slice(1);
  if (NAMES.includes(named)) showTab(named);
}

/**
 * Show one tab and hide the others.
 * @param {string} wanted
 */
export function showTab(wanted) {
  for (const name of NAMES) {
    const tab = byId(`tab-${name}`);
    tab.setAttribute("aria-selected", String(name === wanted));
    tab.tabIndex = name === wanted ? 0 : -1;
    byId(name).hidden = name !== wanted;
  }
  document.dispatchEvent(new Event("tabchange"));
}
