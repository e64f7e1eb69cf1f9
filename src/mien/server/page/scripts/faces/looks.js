// Whose face is drawn: skin, hair and what one wears. Nobody's in particular.

/**
 * @typedef {object} Look
 * @property {string} name
 * @property {string} skin
 * @property {string} shade - of the skin
 * @property {string} lips
 * @property {string} hair
 * @property {string} iris
 * @property {string} shirt
 * @property {string} backdrop
 * @property {"short" | "long" | "curls" | "bun" | "bald" | "scarf" | "waves"} style
 * @property {boolean} [glasses]
 * @property {boolean} [beard]
 */

/** @type {Look[]} */
export const LOOKS = [
  { name: "ana", skin: "#f2c9a5", shade: "#d79f76", lips: "#b8574f", hair: "#4a2b1a", iris: "#5a7d4f", shirt: "#2f7f8c", backdrop: "#d8ecef", style: "long" },
  { name: "kofi", skin: "#8a5a3c", shade: "#663e27", lips: "#a4574b", hair: "#1d1512", iris: "#3a2417", shirt: "#e0a23a", backdrop: "#f7ead0", style: "short" },
  { name: "mei", skin: "#f0d0ae", shade: "#d0a57d", lips: "#b35a5a", hair: "#191a20", iris: "#3d2818", shirt: "#b5495b", backdrop: "#f6dde1", style: "bun" },
  { name: "olaf", skin: "#f6d3bd", shade: "#dba88c", lips: "#b7685e", hair: "#b07a3e", iris: "#4a7ea3", shirt: "#4a5d8f", backdrop: "#dfe5f4", style: "waves", beard: true },
  { name: "zara", skin: "#c68f65", shade: "#9c6a45", lips: "#a34d46", hair: "#7a2f52", iris: "#4a2f1c", shirt: "#7a2f52", backdrop: "#efdce6", style: "scarf" },
  { name: "ruth", skin: "#efc7ab", shade: "#cd9d7f", lips: "#a9605a", hair: "#b9b6b2", iris: "#5b7486", shirt: "#5c7a4c", backdrop: "#e2ecdb", style: "curls", glasses: true },
  { name: "imani", skin: "#6b432c", shade: "#4a2c1b", lips: "#a0584f", hair: "#17110f", iris: "#2d1b12", shirt: "#c9583b", backdrop: "#f8e0d6", style: "curls" },
  { name: "ravi", skin: "#b27c54", shade: "#8a5b39", lips: "#b3675a", hair: "#1c1613", iris: "#38231a", shirt: "#3e6f5c", backdrop: "#dcebe4", style: "bald", beard: true, glasses: true },
];
