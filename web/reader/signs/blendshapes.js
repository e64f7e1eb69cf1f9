// 52 blendshapes: how far each movement that a face can make is made, from points of its mesh. The
// network is MediaPipe's (Grishchenko et al., arXiv:2309.05782). Left and right are the person's own.

/** @import { Network } from "../networks.js" */
/** @import { Point3 } from "./mesh.js" */

// Which of the mesh's 478 points the network is given, in this order.
const MESH_POINTS = [
  0, 1, 4, 5, 6, 7, 8, 10, 13, 14, 17, 21, 33, 37, 39, 40, 46, 52, 53, 54, 55, 58, 61, 63, 65, 66, 67, 70, 78, 80, 81,
  82, 84, 87, 88, 91, 93, 95, 103, 105, 107, 109, 127, 132, 133, 136, 144, 145, 146, 148, 149, 150, 152, 153, 154, 155,
  157, 158, 159, 160, 161, 162, 163, 168, 172, 173, 176, 178, 181, 185, 191, 195, 197, 234, 246, 249, 251, 263, 267,
  269, 270, 276, 282, 283, 284, 285, 288, 291, 293, 295, 296, 297, 300, 308, 310, 311, 312, 314, 317, 318, 321, 323,
  324, 332, 334, 336, 338, 356, 361, 362, 365, 373, 374, 375, 377, 378, 379, 380, 381, 382, 384, 385, 386, 387, 388,
  389, 390, 397, 398, 400, 402, 405, 409, 415, 454, 466, 468, 469, 470, 471, 472, 473, 474, 475, 476, 477,
];

/** The movements of ARKit, in the order of the network's outputs. */
export const BLENDSHAPE_NAMES = `_neutral browDownLeft browDownRight browInnerUp browOuterUpLeft browOuterUpRight
  cheekPuff cheekSquintLeft cheekSquintRight eyeBlinkLeft eyeBlinkRight eyeLookDownLeft eyeLookDownRight
  eyeLookInLeft eyeLookInRight eyeLookOutLeft eyeLookOutRight eyeLookUpLeft eyeLookUpRight eyeSquintLeft
  eyeSquintRight eyeWideLeft eyeWideRight jawForward jawLeft jawOpen jawRight mouthClose mouthDimpleLeft
  mouthDimpleRight mouthFrownLeft mouthFrownRight mouthFunnel mouthLeft mouthLowerDownLeft mouthLowerDownRight
  mouthPressLeft mouthPressRight mouthPucker mouthRight mouthRollLower mouthRollUpper mouthShrugLower
  mouthShrugUpper mouthSmileLeft mouthSmileRight mouthStretchLeft mouthStretchRight mouthUpperUpLeft
  mouthUpperUpRight noseSneerLeft noseSneerRight`.split(/\s+/);

/** @typedef {Record<string, number>} Blendshapes - 0 (not made) to 1 */

/**
 * The blendshapes of one face.
 * @param {Network} network
 * @param {Point3[]} upright - the mesh in the crop that it was found in: the network knows no rolled
 *   faces
 * @returns {Promise<Blendshapes>}
 */
export async function readBlendshapes(network, upright) {
  const data = Float32Array.from(MESH_POINTS.flatMap((number) => upright[number].slice(0, 2)));
  const { blendshapes } = await network.run({ points: { data, dims: [1, MESH_POINTS.length, 2] } });
  return Object.fromEntries(BLENDSHAPE_NAMES.map((name, at) => [name, Math.max(0, Math.min(1, blendshapes[at]))]));
}
