// How far a face is from the camera, from the iris's width or the head's size.

/** @import { Signs } from "../types.js" */

/** Width of the human iris (Rüfer et al., Cornea 24(3), 2005). */
const IRIS_METRES = 0.0117;

/** Focal length over the picture's longer side where nobody knows it: that side sees 64°. */
const ASSUMED_FOCAL = 0.8;

// Relative standard deviations of what a distance is reckoned from.
const IRIS_OF_PEOPLE = 0.043;
const IRIS_MEASURED = 0.05;
const IRIS_PIXELS = 0.5; // Pixels of the picture by which a width is wrong at least.
const HEAD_OF_ADULTS = 0.06;
const FOCAL_ASSUMED = 0.4;

/** The mesh lies a little smaller than it is. */
const HEAD_SCALE = 1 / 0.965;

/** Where iris and head disagree by more, one of both irises was not seen: the head is taken. */
const AGREE = 0.25;

/** Standard deviations to either side of 90 %. */
const NINETY = 1.645;

/**
 * The distance, with a focal length that is assumed.
 * @param {number} longerSide - of the picture, in pixels
 * @param {number} irisPixels
 * @param {number} headScale - pixels for one centimetre of the mean face
 * @param {boolean} irisesSeen - false with the eyes closed
 * @returns {Signs["distance"]}
 */
export function distanceOf(longerSide, irisPixels, headScale, irisesSeen) {
  const focal = ASSUMED_FOCAL * longerSide;
  const byHead = 0.01 / (headScale * HEAD_SCALE);
  let [metresAPixel, spread, by] = [byHead, HEAD_OF_ADULTS, /** @type {"iris" | "head"} */ ("head")];
  if (irisesSeen && irisPixels > 0) {
    const byIris = IRIS_METRES / irisPixels;
    if (Math.abs(Math.log(byIris / byHead)) < AGREE) {
      const measured = Math.max(IRIS_MEASURED, IRIS_PIXELS / irisPixels);
      [metresAPixel, spread, by] = [byIris, Math.hypot(IRIS_OF_PEOPLE, measured), "iris"];
    }
  }
  const factor = Math.exp(NINETY * Math.hypot(spread, FOCAL_ASSUMED));
  const metres = focal * metresAPixel;
  return {
    metres,
    low: metres / factor,
    high: metres * factor,
    by,
    focal_pixels: focal,
    focal_from: "assumed",
  };
}
