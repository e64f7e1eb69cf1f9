// The eigenvector of the largest eigenvalue of a small symmetric matrix, by Jacobi's rotations.

const SWEEPS = 30;

/**
 * @param {readonly (readonly number[])[]} symmetric
 * @returns {number[]} of length 1
 */
export function largestEigenvector(symmetric) {
  const size = symmetric.length;
  const a = symmetric.map((row) => [...row]);
  const vectors = a.map((_, row) => a.map((__, column) => (row === column ? 1 : 0)));
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    let off = 0;
    for (let p = 0; p < size; p += 1) {
      for (let q = p + 1; q < size; q += 1) {
        off += a[p][q] ** 2;
        if (a[p][q] !== 0) rotate(a, vectors, p, q);
      }
    }
    if (off < 1e-24) break;
  }
  const largest = a.reduce((best, row, at) => (row[at] > a[best][best] ? at : best), 0);
  return vectors.map((row) => row[largest]);
}

/**
 * Make `a[p][q]` zero.
 * @param {number[][]} a
 * @param {number[][]} vectors
 * @param {number} p
 * @param {number} q
 */
function rotate(a, vectors, p, q) {
  const theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (let k = 0; k < a.length; k += 1) {
    [a[k][p], a[k][q]] = [c * a[k][p] - s * a[k][q], s * a[k][p] + c * a[k][q]];
  }
  for (let k = 0; k < a.length; k += 1) {
    [a[p][k], a[q][k]] = [c * a[p][k] - s * a[q][k], s * a[p][k] + c * a[q][k]];
    [vectors[k][p], vectors[k][q]] = [c * vectors[k][p] - s * vectors[k][q], s * vectors[k][p] + c * vectors[k][q]];
  }
}
