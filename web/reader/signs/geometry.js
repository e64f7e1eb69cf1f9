// The mean face in centimetres, and how it is turned to lie where a mesh lies.

import { largestEigenvector } from "./eigenvector.js";

/** @import { Point3 } from "./mesh.js" */

/**
 * MediaPipe's canonical face: its points (x to the picture's right, y up, z out of the face), and
 * which of them are rigid, with their weights.
 * @typedef {{ vertices: Point3[], rigid: [number: number, weight: number][] }} MeanFace
 */

/** @typedef {{ yaw: number, pitch: number, roll: number }} HeadPose - degrees */

/**
 * How the mean face lies where a mesh lies: `rotation` from its axes to the picture's (x right, y up,
 * z towards the camera), row by row; `scale` in pixels of the picture for a centimetre.
 * @typedef {{ rotation: Point3[], scale: number, head: HeadPose }} Placement
 */

/**
 * The similarity that brings the mean face's rigid points nearest to the mesh's, by weighted least
 * squares (Horn, Closed-form solution of absolute orientation using unit quaternions, 1987).
 * @param {MeanFace} mean
 * @param {Point3[]} points - x right, y down, z away
 * @returns {Placement}
 */
export function placeMeanFace(mean, points) {
  const total = mean.rigid.reduce((sum, [, weight]) => sum + weight, 0);
  const shares = mean.rigid.map(([, weight]) => weight / total);
  const source = centred(mean.rigid.map(([number]) => mean.vertices[number]), shares);
  const target = centred(
    mean.rigid.map(([number]) => {
      const [x, y, z] = points[number];
      return /** @type {Point3} */ ([x, -y, -z]);
    }),
    shares,
  );
  /** Sums of products: source by row, target by column. */
  const s = [0, 1, 2].map((row) =>
    [0, 1, 2].map((column) => shares.reduce((sum, share, at) => sum + share * source[at][row] * target[at][column], 0)),
  );
  const rotation = rotationOf(s);
  const spread = shares.reduce((sum, share, at) => sum + share * dot(source[at], source[at]), 0);
  const along = rotation.reduce((sum, row, i) => sum + row[0] * s[0][i] + row[1] * s[1][i] + row[2] * s[2][i], 0);
  return { rotation, scale: along / spread, head: poseOf(rotation) };
}

/**
 * @param {Point3[]} points
 * @param {number[]} shares
 * @returns {Point3[]}
 */
function centred(points, shares) {
  const middle = [0, 1, 2].map((axis) => shares.reduce((sum, share, at) => sum + share * points[at][axis], 0));
  return points.map(([x, y, z]) => [x - middle[0], y - middle[1], z - middle[2]]);
}

/**
 * The best rotation, by the quaternion that is the largest eigenvector of Horn's matrix.
 * @param {number[][]} s
 * @returns {Point3[]}
 */
function rotationOf([[xx, xy, xz], [yx, yy, yz], [zx, zy, zz]]) {
  const [w, x, y, z] = largestEigenvector([
    [xx + yy + zz, yz - zy, zx - xz, xy - yx],
    [yz - zy, xx - yy - zz, xy + yx, zx + xz],
    [zx - xz, xy + yx, yy - xx - zz, yz + zy],
    [xy - yx, zx + xz, yz + zy, zz - xx - yy],
  ]);
  return [
    [w * w + x * x - y * y - z * z, 2 * (x * y - w * z), 2 * (x * z + w * y)],
    [2 * (x * y + w * z), w * w - x * x + y * y - z * z, 2 * (y * z - w * x)],
    [2 * (x * z - w * y), 2 * (y * z + w * x), w * w - x * x - y * y + z * z],
  ];
}

/**
 * The rotation as angles.
 * @param {Point3[]} rotation
 * @returns {HeadPose}
 */
function poseOf(rotation) {
  const facing = rotation.map((row) => row[2]);
  return {
    yaw: degrees(Math.atan2(facing[0], facing[2])),
    pitch: degrees(Math.asin(Math.max(-1, Math.min(1, facing[1])))),
    roll: -degrees(Math.atan2(rotation[1][0], rotation[1][1])),
  };
}

/** @param {number} radians */
export function degrees(radians) {
  return (radians * 180) / Math.PI;
}

/**
 * @param {Point3} one
 * @param {Point3} other
 */
function dot(one, other) {
  return one[0] * other[0] + one[1] * other[1] + one[2] * other[2];
}
