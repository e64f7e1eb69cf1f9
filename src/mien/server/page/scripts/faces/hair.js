// Hair, scarf and glasses of a drawn face.

import { shape } from "./shape.js";

/** @import { Look } from "./looks.js" */

/** @param {Look} look */
export function hairBehind({ style, hair }) {
  const fill = hair;
  if (style === "long") return [shape("path", { d: "M100 14c-52 0-72 34-70 84 1 42-6 66-8 92h156c-2-26-9-50-8-92 2-50-18-84-70-84z", fill })];
  if (style === "curls") return curls(fill, [[50, 60, 28], [40, 92, 22], [42, 122, 18], [150, 60, 28], [160, 92, 22], [158, 122, 18], [74, 36, 28], [126, 36, 28], [100, 28, 28]]);
  if (style === "bun") return [shape("circle", { cx: 100, cy: 20, r: 20, fill }), shape("path", { d: "M38 118c-6-60 22-96 62-96s68 36 62 96z", fill })];
  if (style === "scarf") return [shape("path", { d: "M100 12c-50 0-70 40-68 92 1 40 8 70-2 118h140c-10-48-3-78-2-118 2-52-18-92-68-92z", fill })];
  if (style === "waves") return [shape("path", { d: "M36 112c-8-56 20-92 64-92s72 36 64 92z", fill })];
  return [];
}

/** @param {Look} look */
export function hairInFront({ style, hair, skin }) {
  const fill = hair;
  if (style === "long") return [shape("path", { d: "M44 96c-2-44 18-70 56-72 38 2 58 28 56 72-4-22-14-38-30-46-18 14-50 12-66 8-8 8-13 22-16 38z", fill })];
  if (style === "short") return [shape("path", { d: "M43 98c-6-46 18-76 57-76s63 30 57 76c-3-12-5-24-10-34-24-12-70-12-94 0-5 10-7 22-10 34z", fill })];
  if (style === "waves") return [shape("path", { d: "M42 92c-6-46 20-72 56-72 40 0 64 26 60 72-4-18-10-30-20-36-10 6-22 2-28-6-10 12-28 14-38 8-14 4-24 16-30 34z", fill })];
  if (style === "bun") return [shape("path", { d: "M43 100c-4-46 18-72 57-74 39 2 61 28 57 74-6-30-24-48-57-50-33 2-51 20-57 50z", fill })];
  if (style === "curls") return curls(fill, [[64, 46, 15], [84, 38, 16], [106, 37, 16], [128, 43, 15], [142, 56, 12], [56, 60, 11]]);
  if (style === "scarf") {
    return [
      shape("path", { d: "M40 110c-4-58 20-88 60-88s64 30 60 88c-4-44-24-62-60-62s-56 18-60 62z", fill }),
      shape("path", { d: "M46 128c6 34 28 62 54 62s48-28 54-62c12 22 12 70-2 94H48c-14-24-14-72-2-94z", fill }),
      shape("path", { d: "M58 190q42 22 84 0", fill: "none", stroke: skin, "stroke-opacity": 0.25, "stroke-width": 3 }),
    ];
  }
  return [];
}

/** @param {Look} look */
export function wornOver({ glasses }) {
  if (!glasses) return [];
  const frame = { fill: "none", stroke: "#2b2b33", "stroke-width": 3.2 };
  return [
    shape("rect", { x: 47, y: 87, width: 43, height: 33, rx: 14, ...frame }),
    shape("rect", { x: 110, y: 87, width: 43, height: 33, rx: 14, ...frame }),
    shape("path", { d: "M90 99q10-5 20 0", ...frame }),
  ];
}

/**
 * @param {string} fill
 * @param {number[][]} places - x, y, radius
 */
function curls(fill, places) {
  return places.map(([cx, cy, r]) => shape("circle", { cx, cy, r, fill }));
}
