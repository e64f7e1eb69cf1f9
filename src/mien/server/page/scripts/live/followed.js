// Whose word is the answer: the person who is followed, or the largest face.

import { nameOf } from "../conversation/names.js";
import { byId, element, setText } from "../elements.js";

/** @import { People, Person } from "./people.js" */

export class Followed {
  /**
   * @param {People} people
   * @param {(number: number | null) => void} onChange
   */
  constructor(people, onChange) {
    this.people = people;
    this.onChange = onChange;
    /** @type {number | null} */
    this.number = null;
    /** @type {Map<number | null, HTMLButtonElement>} */
    this.buttons = new Map();
  }

  /**
   * Follow a person, or nobody in particular if it is the one who is followed.
   * @param {number} number
   */
  toggle(number) {
    this.follow(this.number === number ? null : number);
  }

  /** @param {number | null} number */
  follow(number) {
    this.number = number;
    this.onChange(number);
  }

  clear() {
    this.number = null;
    this.buttons.clear();
    byId("whom").replaceChildren();
  }

  /**
   * Who the answer is about; somebody followed stays it while their card is there.
   * @param {number} clock
   * @returns {Person | undefined}
   */
  person(clock) {
    const chosen = this.people.all.find(({ number }) => number === this.number);
    return chosen ?? this.people.inView(clock)[0];
  }

  /**
   * Buttons to choose among several people.
   * @param {number} clock
   */
  show(clock) {
    const { all } = this.people;
    if (this.number !== null && !all.some(({ number }) => number === this.number)) this.follow(null);
    const list = byId("whom");
    const numbers = all.length > 1 || this.number !== null ? [null, ...all.map(({ number }) => number)] : [];
    for (const [number, button] of this.buttons) {
      if (numbers.includes(number)) continue;
      button.remove();
      this.buttons.delete(number);
    }
    for (const number of numbers) {
      const button = this.buttons.get(number) ?? this.add(number);
      if (number !== null) setText(button, nameOf(number));
      button.setAttribute("aria-pressed", String(number === this.number));
      button.classList.toggle("told", number === this.person(clock)?.number);
    }
    list.hidden = numbers.length === 0 || this.person(clock) === undefined;
  }

  /** @param {number | null} number */
  add(number) {
    const onclick = () => this.follow(number);
    const button =
      number === null ? element("button", { phrase: "answer.largest", onclick }) : element("button", { onclick });
    this.buttons.set(number, button);
    byId("whom").append(button);
    return button;
  }
}
