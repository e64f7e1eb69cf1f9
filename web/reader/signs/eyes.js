// Eyes: how far they are open, where they look, and how wide the irises are, from the mesh.

import { degrees } from "./geometry.js";

/** @import { Placement } from "./geometry.js" */
/** @import { Point3 } from "./mesh.js" */

// Centre, then four points of the rim: to the picture's right, up, left, down.
const LEFT_IRIS = [473, 474, 475, 476, 477];
const RIGHT_IRIS = [468, 469, 470, 471, 472];

// Corners of the eye, then pairs of points of the upper and the lower lid, the person's own sides.
const LEFT_EYE = { inner: 362, outer: 263, lids: [[386, 374], [385, 380], [387, 373]] };
const RIGHT_EYE = { inner: 133, outer: 33, lids: [[159, 145], [158, 153], [160, 144]] };

/** Radius of an eyeball, on which the iris turns. */
const EYEBALL_CENTIMETRES = 1.2;

/** How far the iris of a straight look lies under the middle of the corners, in eye widths. */
const DOWN_AT_REST = -0.07;

/**
 * Height over width of the gap between the lids.
 * @param {Point3[]} points
 */
export function eyesOpen(points) {
  return { left: openness(points, LEFT_EYE), right: openness(points, RIGHT_EYE) };
}

/**
 * @param {Point3[]} points
 * @param {typeof LEFT_EYE} eye
 */
function openness(points, { inner, outer, lids }) {
  const width = distance3(points[inner], points[outer]);
  const heights = lids.map(([up, down]) => distance3(points[up], points[down]));
  return width > 0 ? heights.reduce((sum, height) => sum + height, 0) / lids.length / width : 0;
}

/**
 * Where the eyes look against the head, in degrees; within some ten degrees. The mean of both eyes.
 * @param {Point3[]} points
 * @param {Placement} placement
 */
export function gazeOf(points, { rotation, scale }) {
  let [right, up] = [0, 0];
  for (const [[iris], { inner, outer }] of /** @type {const} */ ([[LEFT_IRIS, LEFT_EYE], [RIGHT_IRIS, RIGHT_EYE]])) {
    const [one, other] = [points[inner], points[outer]];
    // In the axes of the mean face, in centimetres; the mesh's y and z point the other way.
    const offset = [0, 1, 2].map((axis) => (points[iris][axis] - (one[axis] + other[axis]) / 2) * (axis ? -1 : 1));
    const along = [0, 1].map((axis) => offset.reduce((sum, each, i) => sum + each * rotation[i][axis], 0) / scale);
    right += along[0] / 2;
    up += (along[1] + (DOWN_AT_REST * distance3(one, other)) / scale) / 2;
  }
  return { yaw: angle(right), pitch: angle(up) };
}

/** @param {number} offset */
function angle(offset) {
  return degrees(Math.asin(Math.max(-1, Math.min(1, offset / EYEBALL_CENTIMETRES))));
}

/**
 * Width of the iris in pixels: the mean of across and down over both eyes. A turned head shows
 * circles as ellipses; what yaw and pitch (degrees) take away from either is given back.
 * @param {Point3[]} points
 * @param {{ yaw: number, pitch: number }} head
 */
export function irisWidth(points, { yaw, pitch }) {
  const widths = [LEFT_IRIS, RIGHT_IRIS].flatMap(([, right, up, left, down]) => [
    distance2(points[right], points[left]) / Math.max(Math.cos((yaw * Math.PI) / 180), 0.5),
    distance2(points[up], points[down]) / Math.max(Math.cos((pitch * Math.PI) / 180), 0.5),
  ]);
  return widths.reduce((sum, width) => sum + width, 0) / widths.length;
}

/**
 * @param {Point3} one
 * @param {Point3} other
 */
function distance2(one, other) {
  return Math.hypot(one[0] - other[0], one[1] - other[1]);
}

/**
 * @param {Point3} one
 * @param {Point3} other
 */
function distance3(one, other) {
  return Math.hypot(one[0] - other[0], one[1] - other[1], one[2] - other[2]);
}
