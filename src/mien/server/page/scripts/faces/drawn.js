// A face drawn from a few numbers, as SVG. Rests on nothing but the pose and the look.

import { hairBehind, hairInFront, wornOver } from "./hair.js";
import { shape } from "./shape.js";

/** @import { Look } from "./looks.js" */
/** @import { Pose } from "./expressions.js" */

export const WIDTH = 200;
export const HEIGHT = 220;

const EYE = { x: 31, y: 103, half: 15 };
const MOUTH = { y: 161, half: 23 };
let made = 0;

/**
 * Draw a face.
 * @param {Pose} pose
 * @param {Look} look
 * @returns {SVGSVGElement} of 200×220 units; says nothing to screen readers
 */
export function drawFace(pose, look) {
  const svg = shape("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-hidden": "true", class: "drawn" });
  made += 1;
  svg.append(
    shape("rect", { width: WIDTH, height: HEIGHT, fill: look.backdrop }),
    ...hairBehind(look),
    ...head(look, pose.open),
    ...cheeks(pose, look),
    ...forehead(pose, look),
    ...beard(look),
    ...mouth(pose, look, `mouth-${made}`),
    ...nose(pose, look),
    ...eye(pose, look, -1, `eye-${made}-left`),
    ...eye(pose, look, 1, `eye-${made}-right`),
    ...hairInFront(look),
    brow(pose, look, -1),
    brow(pose, look, 1),
    ...wornOver(look),
  );
  return /** @type {SVGSVGElement} */ (svg);
}

/**
 * A line of a pen.
 * @param {string} d
 * @param {string} stroke
 * @param {number} width
 * @param {number} [opacity]
 */
function line(d, stroke, width, opacity = 1) {
  return shape("path", {
    d,
    stroke,
    "stroke-width": width,
    "stroke-opacity": opacity,
    fill: "none",
    "stroke-linecap": "round",
    "stroke-linejoin": "round",
  });
}

/**
 * @param {Look} look
 * @param {number} open - the jaw
 */
function head({ skin, shade, shirt }, open) {
  const chin = 16 + 8 * open;
  return [
    shape("path", { d: "M30 222q4-34 44-38h52q40 4 44 38z", fill: shirt }),
    shape("path", { d: "M80 168h40v20q-20 18-40 0z", fill: shade }),
    shape("ellipse", { cx: 42, cy: 112, rx: 9, ry: 14, fill: shade }),
    shape("ellipse", { cx: 158, cy: 112, rx: 9, ry: 14, fill: shade }),
    shape("path", {
      d: `M100 28c38 0 57 28 57 68 0 28-8 58-26 77-9 10-19 ${chin}-31 ${chin}s-22-6-31-${chin}c-18-19-26-49-26-77 0-40 19-68 57-68z`,
      fill: skin,
    }),
  ];
}

/**
 * @param {Pose} pose
 * @param {Look} look
 */
function cheeks({ cheeks: raised, corners, upperLip }, { lips, shade }) {
  const shapes = [];
  const y = 137 - 6 * raised;
  const strength = 0.1 + 0.24 * Math.max(0, raised);
  for (const side of [-1, 1]) {
    shapes.push(
      shape("ellipse", { cx: 100 + side * 38, cy: y, rx: 14, ry: 9, fill: lips, "fill-opacity": strength }),
    );
    const fold = Math.max(raised, upperLip * 0.9, Math.abs(Math.min(0, corners)) * 0.4);
    if (fold > 0.15) {
      const out = 100 + side * (31 + 4 * Math.max(0, corners));
      shapes.push(line(`M${100 + side * 17} 134Q${out} 139 ${out} ${158 - 3 * corners}`, shade, 2.4, fold));
    }
    if (raised > 0.5) {
      const x = 100 + side * 48;
      shapes.push(line(`M${x} 112q${side * 4} 1 ${side * 6} 5`, shade, 1.8, raised));
    }
  }
  return shapes;
}

/**
 * @param {Pose} pose
 * @param {Look} look
 */
function forehead({ innerBrows, outerBrows, browsTogether }, { shade }) {
  const shapes = [];
  const raised = Math.min(1, Math.max(0, innerBrows));
  if (raised > 0.4) {
    const wide = outerBrows > 0.2 ? 26 : 13;
    for (const y of [58, 65]) {
      shapes.push(line(`M${100 - wide} ${y}Q100 ${y - 4} ${100 + wide} ${y}`, shade, 2, raised * 0.8));
    }
  }
  if (browsTogether > 0.3) {
    for (const side of [-1, 1]) {
      shapes.push(line(`M${100 + side * 5} 80q${side * -1.5} 6 0 12`, shade, 2.4, browsTogether));
    }
  }
  return shapes;
}

/**
 * @param {Pose} pose
 * @param {Look} look
 */
function nose({ nose: wrinkled, upperLip }, { shade }) {
  const y = 134 - 3 * Math.max(wrinkled, upperLip);
  const shapes = [
    line(`M96 108q-2 12-7 20q-4 5 1 ${y - 128}q3 2 6 0q4 3 8 0q3 2 6 0q5-${y - 130} 1-6`, shade, 2.6),
  ];
  if (wrinkled > 0.5) {
    for (const at of [0, 6]) {
      shapes.push(line(`M89 ${112 + at}q4-4 7-1`, shade, 2.2, wrinkled));
      shapes.push(line(`M111 ${112 + at}q-4-4-7-1`, shade, 2.2, wrinkled));
    }
  }
  return shapes;
}

/**
 * @param {Pose} pose
 * @param {Look} look
 * @param {-1 | 1} side
 * @param {string} id
 */
function eye({ upperLids, lowerLids, innerBrows }, { iris, shade }, side, id) {
  const x = 100 + side * EYE.x;
  const { y, half } = EYE;
  const up = 8 + 8.5 * (upperLids > 0 ? upperLids : 0.6 * upperLids);
  const low = 6 - 7 * Math.max(0, lowerLids) + 4.5 * Math.max(0, upperLids);
  // Brows that press down in the middle press the lid's inner end too; raised ones lift it.
  const slope = side * Math.max(-1, Math.min(1, innerBrows)) * (upperLids < 0.5 ? 3 : 0);
  const [left, right] = [x - half, x + half];
  const upper = `${left} ${y}Q${x - slope * 2.2} ${y - up * 2} ${right} ${y}`;
  const lower = `Q${x} ${y + low * 2} ${left} ${y}z`;
  const d = `M${upper}${lower}`;
  const shapes = [
    shape("clipPath", { id }, shape("path", { d })),
    shape("path", { d, fill: "#fff" }),
    shape(
      "g",
      { "clip-path": `url(#${id})` },
      shape("circle", { cx: x, cy: y, r: 8.2, fill: iris }),
      shape("circle", { cx: x, cy: y, r: upperLids > 0.5 ? 3.4 : 4.2, fill: "#111" }),
      shape("circle", { cx: x + 3, cy: y - 3, r: 1.9, fill: "#fff" }),
    ),
    line(`M${upper}`, "#1c1411", 3.4),
    line(`M${right} ${y}Q${x} ${y + low * 2} ${left} ${y}`, shade, 1.8),
  ];
  if (lowerLids > 0.4) {
    const under = y + low + 5;
    shapes.push(line(`M${x - 11} ${under}Q${x} ${under + 5} ${x + 11} ${under}`, shade, 2, lowerLids));
  }
  if (upperLids < 0.6) {
    shapes.push(line(`M${left + 2} ${y - up * 0.55 - 5}Q${x} ${y - up * 1.35 - 5} ${right - 2} ${y - up * 0.55 - 5}`, shade, 1.6, 0.7));
  }
  return shapes;
}

/**
 * @param {Pose} pose
 * @param {Look} look
 * @param {-1 | 1} side
 */
function brow({ innerBrows, outerBrows, browsTogether, oneBrow }, { hair, style }, side) {
  const alone = side === 1 ? oneBrow : 0;
  const base = 84;
  const inner = { x: 100 + side * (15 - 5 * browsTogether), y: base - 11 * innerBrows - 7 * alone };
  const outer = { x: 100 + side * 49, y: base + 3 - 9 * outerBrows - 8 * alone };
  const middle = {
    x: 100 + side * 35,
    y: base - 6 - 6 * innerBrows * (innerBrows > 0 ? 0.9 : 0.3) - 12 * Math.max(0, outerBrows) - 13 * alone,
  };
  const colour = style === "scarf" || style === "bald" ? "#2a1a12" : hair === "#b9b6b2" ? "#8d8985" : hair;
  return line(`M${inner.x} ${inner.y}Q${middle.x} ${middle.y} ${outer.x} ${outer.y}`, colour, 6);
}

/** @param {Look} look */
function beard({ beard: worn, style, hair }) {
  if (!worn) return [];
  const colour = style === "bald" ? "#2a1a12" : hair;
  return [
    shape("path", {
      d: "M46 120c1 26 8 46 23 61 9 9 19 14 31 14s22-5 31-14c15-15 22-35 23-61q-5 22-22 26-12-8-32-8t-32 8q-17-4-22-26z",
      fill: colour,
      "fill-opacity": 0.92,
    }),
  ];
}

/**
 * @param {Pose} pose
 * @param {Look} look
 * @param {string} id
 */
function mouth(pose, { lips, shade }, id) {
  const { corners, oneCorner, width, open, upperLip, lowerLip, pressed } = pose;
  const half = MOUTH.half + 11 * width;
  const y = MOUTH.y - 2 * Math.max(0, corners) + 3 * Math.max(0, -corners) - 3 * Math.max(0, upperLip);
  const lift = 10 * corners;
  const left = { x: 100 - half, y: y - lift };
  const right = { x: 100 + half + 3 * oneCorner, y: y - lift - 9 * oneCorner };
  const bow = 7 * corners * (corners > 0 ? 1 : 0.35) - 9 * upperLip - 2 * lowerLip;
  const top = y + bow - 7 * open;
  const bottom = y + bow + 28 * open + 3 * corners * open;
  const thick = 4.6 * (1 - 0.75 * pressed);
  // A narrow mouth that is open is round: the ends of its curves stand upright.
  const handle = half * (0.55 - 0.6 * Math.max(0, -width) * Math.min(1, 2 * open));
  const over = (/** @type {number} */ middle) => (4 * middle - (left.y + right.y) / 2) / 3;
  const [inner, outer] = [left.x + handle, right.x - handle];
  const upper = `M${left.x} ${left.y}C${inner} ${over(top)} ${outer} ${over(top)} ${right.x} ${right.y}`;
  const shapes = [];
  if (open > 0.05) {
    const d = `${upper}C${outer} ${over(bottom)} ${inner} ${over(bottom)} ${left.x} ${left.y}z`;
    shapes.push(
      shape("clipPath", { id }, shape("path", { d })),
      shape("path", { d, fill: "#4a1216" }),
      shape(
        "g",
        { "clip-path": `url(#${id})` },
        shape("ellipse", { cx: 100, cy: bottom + 3, rx: half * 0.6, ry: 10, fill: "#c4626a" }),
        ...(width > -0.3 ? [teeth(top, half, corners, upperLip)] : []),
      ),
      shape("path", { d, fill: "none", stroke: lips, "stroke-width": 5, "stroke-linejoin": "round" }),
    );
  } else {
    shapes.push(
      line(`M${100 - half * 0.5} ${y + bow + 4}Q100 ${y + bow + 8 + 2 * lowerLip} ${100 + half * 0.5} ${y + bow + 4}`, lips, thick + 2 * lowerLip, 0.85 * (1 - pressed)),
      line(upper, lips, thick + 1),
      line(upper, "#5a1f1f", 2.2),
    );
  }
  if (corners > 0.3 || oneCorner > 0.3) {
    if (corners > 0.3) shapes.push(line(`M${left.x - 4} ${left.y - 5}q-4 5-1 10`, shade, 2.2));
    shapes.push(line(`M${right.x + 4} ${right.y - 5}q4 5 1 10`, shade, 2.2));
  }
  if (lowerLip > 0.3 || pressed > 0.5) {
    const chin = y + bow + 14;
    shapes.push(line(`M${100 - 11} ${chin + 1}Q100 ${chin - 5} ${100 + 11} ${chin + 1}`, shade, 2.2));
  }
  return shapes;
}

/**
 * @param {number} top
 * @param {number} half
 * @param {number} corners
 * @param {number} upperLip
 */
function teeth(top, half, corners, upperLip) {
  const high = 9 + 2 * corners + 2 * upperLip;
  return shape("path", {
    d: `M${100 - half} ${top - 16}H${100 + half}V${top + high - 6 * corners}Q100 ${top + high + 2 * corners} ${100 - half} ${top + high - 6 * corners}z`,
    fill: "#fffdf6",
  });
}
