// Measures all subjects on the same frames in one run of one browser, by turns.

import { SUBJECTS } from "./subjects.js";

const WARM_UP = 25;
const ROUNDS = 9;
const FRAMES_A_ROUND = 20;

const canvas = document.getElementById("frame");
const pen = canvas.getContext("2d", { willReadFrequently: true });

/** One face that moves about: the demo's astronaut, on grey. */
async function frames() {
  const photo = await createImageBitmap(await (await fetch("/samples/astronaut.png")).blob());
  return (/** @type {number} */ number) => {
    const angle = (2 * Math.PI * number) / 40;
    pen.fillStyle = "rgb(120, 130, 140)";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(photo, 120, 20, 210, 230, 215 + 120 * Math.sin(angle), 60 + 50 * Math.cos(angle), 315, 345);
  };
}

/**
 * Read frames, as many at a time as the subject takes; returns how many faces were found.
 *
 * Mien reads in a worker, so that a page sends the next picture while one is read; the others read
 * on the page's own thread, which can do nothing else meanwhile.
 */
async function readFrames(subject, draw, first, count, words) {
  let [next, faces] = [first, 0];
  const reading = Array.from({ length: subject.inFlight }, async () => {
    while (next < first + count) {
      draw(next);
      next += 1;
      for (const word of await subject.read(canvas)) {
        faces += 1;
        words[word] = (words[word] ?? 0) + 1;
      }
    }
  });
  await Promise.all(reading);
  return faces;
}

/** Measure, and leave the rows on `window.results`. */
async function run() {
  const names = new URLSearchParams(location.search).get("subjects")?.split(",") ?? Object.keys(SUBJECTS);
  const draw = await frames();
  const rows = [];
  for (const name of names) {
    const start = performance.now();
    const subject = await SUBJECTS[name]();
    draw(0);
    await subject.read(canvas);
    rows.push({ name: subject.name, subject, first: performance.now() - start, rounds: [], frames: ROUNDS * FRAMES_A_ROUND, faces: 0, words: {} });
  }
  for (const { subject } of rows) await readFrames(subject, draw, 0, WARM_UP, {});
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const row of rows) {
      const begun = performance.now();
      row.faces += await readFrames(row.subject, draw, round * FRAMES_A_ROUND, FRAMES_A_ROUND, row.words);
      row.rounds.push((performance.now() - begun) / FRAMES_A_ROUND);
    }
  }
  return rows.map(({ subject, ...row }) => row);
}

run().then(
  (results) => Object.assign(window, { results }),
  (error) => Object.assign(window, { results: { error: String(error?.stack ?? error) } }),
);
