// The demo's photo in Node, which has no decoder: 8 bits, RGB, not interlaced.

import { inflateSync } from "node:zlib";

/**
 * @param {Buffer} file
 * @returns {import("../reader/pixels/pixels.js").Pixels}
 */
export function decodePng(file) {
  const width = file.readUInt32BE(16);
  const height = file.readUInt32BE(20);
  if (file[24] !== 8 || file[25] !== 2 || file[28] !== 0) throw new Error("not a plain RGB PNG");
  const parts = [];
  for (let at = 8; at < file.length; ) {
    const length = file.readUInt32BE(at);
    if (file.toString("latin1", at + 4, at + 8) === "IDAT") parts.push(file.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  const raw = inflateSync(Buffer.concat(parts));
  const stride = width * 3;
  const data = new Uint8Array(stride * height);
  for (let y = 0; y < height; y += 1) {
    const filter = raw[y * (stride + 1)];
    for (let x = 0; x < stride; x += 1) {
      const to = y * stride + x;
      const left = x >= 3 ? data[to - 3] : 0;
      const up = y ? data[to - stride] : 0;
      const corner = x >= 3 && y ? data[to - stride - 3] : 0;
      data[to] = raw[y * (stride + 1) + 1 + x] + predicted(filter, left, up, corner);
    }
  }
  return { data, width, height, channels: 3 };
}

/**
 * What a PNG filter expects of a byte.
 * @param {number} filter
 * @param {number} left
 * @param {number} up
 * @param {number} corner
 */
function predicted(filter, left, up, corner) {
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  if (filter === 4) {
    const [a, b, c] = [left, up, corner].map((each) => Math.abs(left + up - corner - each));
    return a <= b && a <= c ? left : b <= c ? up : corner;
  }
  return 0;
}
