// Measures all subjects on the same frames in one run of one browser, by turns.

import { SUBJECTS } from "./subjects.js";

const WARM_UP = 25;
const ROUNDS = 6;
const FRAMES_A_ROUND = 10;

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
    rows.push({ name: subject.name, subject, first: performance.now() - start, times: [], faces: 0, words: {} });
  }
  for (const { subject } of rows) {
    for (let number = 0; number < WARM_UP; number += 1) {
      draw(number);
      await subject.read(canvas);
    }
  }
  let number = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const row of rows) {
      for (let frame = 0; frame < FRAMES_A_ROUND; frame += 1) {
        draw(number + frame);
        const start = performance.now();
        const words = await row.subject.read(canvas);
        row.times.push(performance.now() - start);
        row.faces += words.length;
        for (const word of words) row.words[word] = (row.words[word] ?? 0) + 1;
      }
    }
    number += FRAMES_A_ROUND;
  }
  return rows.map(({ subject, ...row }) => row);
}

run().then(
  (results) => Object.assign(window, { results }),
  (error) => Object.assign(window, { results: { error: String(error?.stack ?? error) } }),
);
