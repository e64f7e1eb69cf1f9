// The tabs, as the ARIA pattern asks: arrows move, one tab stop.

import { byId } from "./elements.js";

/** As they stand in the page: one without a server has another one.
 * @type {string[]} */
const NAMES = [];
const STEPS = { ArrowRight: 1, ArrowLeft: -1 };
/** Not every page has each of them. */
const offered = () => NAMES.filter((name) => !byId(`tab-${name}`).hidden);

/** Tie the tabs; the address may name one (#photo). */
export function startTabs() {
  for (const tab of document.querySelectorAll('[role="tab"]')) NAMES.push(tab.id.replace("tab-", ""));
  for (const name of NAMES) {
    const tab = byId(`tab-${name}`);
    tab.addEventListener("click", () => showTab(name));
    tab.addEventListener("keydown", (event) => {
      const names = offered();
      const at = names.indexOf(name);
      /** @type {Record<string, number | undefined>} */
      const steps = { ...STEPS, Home: -at, End: names.length - 1 - at };
      const target = steps[event.key];
      if (target === undefined) return;
      event.preventDefault();
      const next = names[(at + target + names.length) % names.length];
      showTab(next);
      byId(`tab-${next}`).focus();
    });
  }
  const named = location.hash.slice(1);
  if (offered().includes(named)) showTab(named);
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
