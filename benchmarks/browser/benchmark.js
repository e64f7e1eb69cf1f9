// What run.py calls: opens a subject, and has it read frames. All subjects read the same frames.

import { SUBJECTS } from "./subjects.js";

const canvas = document.getElementById("frame");
const pen = canvas.getContext("2d", { willReadFrequently: true });
const opened = {};
let photo;

/** One face that moves about: the demo's astronaut, on grey. */
function draw(number) {
  const angle = (2 * Math.PI * number) / 40;
  pen.fillStyle = "rgb(120, 130, 140)";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(photo, 120, 20, 210, 230, 215 + 120 * Math.sin(angle), 60 + 50 * Math.cos(angle), 315, 345);
}

/** Open a subject and read one frame; milliseconds. */
async function openSubject(name) {
  photo ??= await createImageBitmap(await (await fetch("/samples/astronaut.png")).blob());
  const start = performance.now();
  opened[name] = await SUBJECTS[name]();
  draw(0);
  await opened[name].read(canvas);
  return { title: opened[name].name, milliseconds: performance.now() - start };
}

/**
 * Read frames, as many at a time as the subject takes.
 *
 * Mien reads in a worker, so that a page sends the next picture while one is read; the others read
 * on the page's own thread, which can do nothing else meanwhile.
 */
async function readFrames(name, first, count) {
  const subject = opened[name];
  const start = performance.now();
  const words = {};
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
  return { milliseconds: performance.now() - start, faces, words };
}

Object.assign(window, { openSubject, readFrames });
