// What a reader and its worker say to each other.

import type { ModelCard } from "./card.js";
import type { Device, Frame } from "./types.js";

export interface HostOptions {
  /** Address of the folder with `models` and `runtime`. */
  folder: string;
  model: string;
  reading: string | undefined;
  /** Of photos. */
  detector: "centerface" | "blazeface";
  device: "auto" | Device;
  threads: number | undefined;
  leastFace: number | undefined;
  smoothSeconds: number;
}

export interface Opened {
  device: Device;
  threads: number;
  card: ModelCard;
}

/** One picture to read. */
export interface Request {
  source: ImageBitmap | ImageData | Blob;
  path: string | null;
  signs: boolean;
  explain: boolean;
  /** Number of the stream that the picture belongs to; null for a photo. */
  stream: number | null;
  /** In seconds, for streams. */
  time: number;
}

export interface Asked {
  open: [HostOptions, Opened];
  read: [Request, Frame];
  end: [number, void];
}

/** One of `Asked`, by its key. */
export type Message = { id: number } & Partial<{ [Key in keyof Asked]: Asked[Key][0] }>;
