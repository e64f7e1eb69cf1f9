// The best assignment: the Hungarian method by shortest augmenting paths (Jonker and Volgenant 1987).

/**
 * Pair rows with columns: as many pairs as can be, and of those ways the cheapest.
 * @param {number[][]} cost - by row and column, 0 or more, finite
 * @param {number} columns
 * @param {number} limit - pairs that cost more are not made
 * @returns {[row: number, column: number][]} by row
 */
export function assign(cost, columns, limit) {
  const rows = cost.length;
  if (!rows || !columns) return [];
  if (rows > columns) {
    const turned = Array.from({ length: columns }, (_, column) => cost.map((row) => row[column]));
    const pairs = assign(turned, rows, limit).map(([column, row]) => [row, column]);
    return /** @type {[number, number][]} */ (pairs).sort((one, other) => one[0] - other[0]);
  }
  // One forbidden pair costs more than all allowed ones together.
  const forbidden = (rows + 1) * (Math.max(limit, 0) + 1);
  const prices = cost.map((row) => row.map((each) => (each <= limit ? each : forbidden)));
  const rowPrice = new Float64Array(rows);
  const columnPrice = new Float64Array(columns);
  const rowOf = new Int32Array(columns).fill(-1);
  for (let start = 0; start < rows; start += 1) addRow(start, prices, rowPrice, columnPrice, rowOf);
  /** @type {[number, number][]} */
  const pairs = [];
  rowOf.forEach((row, column) => {
    if (row >= 0 && cost[row][column] <= limit) pairs.push([row, column]);
  });
  return pairs.sort((one, other) => one[0] - other[0]);
}

/**
 * Give one more row a column, moving others along the shortest augmenting path.
 * @param {number} start
 * @param {number[][]} prices
 * @param {Float64Array} rowPrice
 * @param {Float64Array} columnPrice
 * @param {Int32Array} rowOf - by column, its row, or -1
 */
function addRow(start, prices, rowPrice, columnPrice, rowOf) {
  const columns = rowOf.length;
  const distance = new Float64Array(columns).fill(Infinity);
  const before = new Int32Array(columns).fill(-1); // The column before on the path; -1 is `start`.
  const done = new Uint8Array(columns);
  let row = start;
  let last = -1;
  let length = 0;
  for (;;) {
    let nearest = -1;
    for (let column = 0; column < columns; column += 1) {
      if (done[column]) continue;
      const through = length + prices[row][column] - rowPrice[row] - columnPrice[column];
      if (through < distance[column]) {
        distance[column] = through;
        before[column] = last;
      }
      if (nearest < 0 || distance[column] < distance[nearest]) nearest = column;
    }
    last = nearest;
    length = distance[last];
    if (rowOf[last] < 0) break;
    done[last] = 1;
    row = rowOf[last];
  }
  // Columns that the search has passed, and their rows, change prices by what it saved.
  rowPrice[start] += length;
  for (let column = 0; column < columns; column += 1) {
    if (!done[column]) continue;
    rowPrice[rowOf[column]] += length - distance[column];
    columnPrice[column] -= length - distance[column];
  }
  while (last >= 0) {
    const previous = before[last];
    rowOf[last] = previous < 0 ? start : rowOf[previous];
    last = previous;
  }
}
