// What the reader answers: `mien.frame/2`, as described in docs/schema.md.

/** Where networks run. */
export type Device = "webgpu" | "wasm";

export type Probabilities = Record<string, number>;
export type Place = [x: number, y: number];

export interface Sign {
  name: string;
  sentence: string;
  strength: number;
  region: "mouth" | "eyes" | "brows" | "head";
  side: "left" | "right" | null;
  action_units: number[];
  speaks_for: string | null;
}

export interface Signs {
  sentences: string[];
  signs: Sign[];
  covered: string[];
  head: { yaw: number; pitch: number; roll: number };
  gaze: { yaw: number; pitch: number } | null;
  eyes_open: { left: number; right: number };
  eyes_closed: boolean;
  distance: {
    metres: number;
    low: number;
    high: number;
    by: "iris" | "head";
    focal_pixels: number;
    focal_from: "given" | "assumed";
  };
  presence: number;
  blendshapes: Record<string, number>;
}

export interface TrackState {
  id: number;
  since: number;
  detected: boolean;
  label: string;
  top_emotion: string;
  confidence: number;
  unsure: boolean;
  probabilities: Probabilities;
}

export interface Face {
  xyxy: [left: number, top: number, right: number, bottom: number];
  score: number;
  landmarks: Record<"left_eye" | "right_eye" | "nose" | "mouth_left" | "mouth_right", Place>;
  label: string;
  top_emotion: string;
  confidence: number;
  unsure: boolean;
  unsure_because: "illegible" | "undecided" | null;
  probabilities: Probabilities;
  ferplus: Probabilities;
  signs?: Signs | null;
  no_signs_because?: string;
  track?: TrackState;
  explanation?: Explanation;
}

/** What the model was shown, as a PNG in a data URI, and by expression 12 rows of 0 to 1 that cover it. */
export interface Explanation {
  crop: string;
  maps: Record<string, number[][]>;
}

export interface Frame {
  schema: string;
  path: string | null;
  width: number;
  height: number;
  detector: string;
  model: string;
  reading: string;
  faces: Face[];
  time?: number;
}
