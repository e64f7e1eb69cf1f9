// Numbers, dates and names as people read them.

import { percent } from "../labels.js";

/** "1 photo", "1,204 photos". */
export function counted(number, thing) {
  return `${number.toLocaleString("en-GB")} ${thing}${number === 1 ? "" : "s"}`;
}

/** The last part of a path. */
export function nameOf(path) {
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}

/** "8 Nov 2020", or with the time "8 Nov 2020, 12:34"; the camera's own clock. */
export function dateOf(taken, withTime = false) {
  if (!taken) return "";
  const date = new Date(`${taken.slice(0, 19)}Z`);
  const day = date.toLocaleDateString("en-GB", {
    day: "numeric",
    month: "short",
    year: "numeric",
    timeZone: "UTC",
  });
  return withTime ? `${day}, ${taken.slice(11, 16)}` : day;
}

/** A score in words: "happy 97 %" for one emotion, "score 0.87" for a mixture or a similarity. */
export function scoreWords(score, kind) {
  if (kind.similar) return `alike ${score.toFixed(2)}`;
  if (kind.only === null) return `score ${score.toFixed(2)}`;
  return `${kind.only} ${kind.rule === "share" ? `${Math.round(100 * score)} %` : percent(score)}`;
}

/** How the score came about, as a sentence. */
export function reasonWords(photo, kind) {
  const values = photo.faces.filter((face) => face.counted).map((face) => face.value);
  if (!values.length) return "None of its faces counts for this question.";
  const wanted = kind.only ?? "the wanted mixture";
  const listed = values.length > 1 && values.length <= 8 ? ` (${values.map(two).join(", ")})` : "";
  if (values.length === 1) {
    return kind.rule === "share"
      ? `One face counts; the score says whether it shows ${wanted} first.`
      : `One face counts, and the score is its value for ${wanted}.`;
  }
  const rules = {
    mean: `the mean over the ${values.length} faces that count${listed}`,
    min: `the least of the ${values.length} faces that count${listed}`,
    any: `the highest of the ${values.length} faces that count${listed}`,
    share: `the share of the ${values.length} faces that count that show ${wanted} first`,
  };
  return `The score is ${rules[kind.rule]}.`;
}

/** Why a face does not count. */
export function asideWords(face, kind) {
  const reasons = [];
  if (face.size < kind.minSize) reasons.push(`small, ${Math.round(face.size)} pixels`);
  if (face.sharpness < kind.minSharpness) reasons.push(`blurred, ${two(face.sharpness)}`);
  if (kind.sure && face.unsure) reasons.push("the model is unsure");
  return `Does not count: ${reasons.join("; ") || "see the filters"}.`;
}

/** "1 face", "3 faces, 2 count". */
export function facesWords(photo) {
  const counts = photo.faces.filter((face) => face.counted).length;
  const all = counted(photo.faces.length, "face");
  return counts === photo.faces.length ? all : `${all}, ${counts} count${counts === 1 ? "s" : ""}`;
}

function two(value) {
  return value.toFixed(2);
}
