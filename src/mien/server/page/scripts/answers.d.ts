// What an engine is and answers, for the type checker only. What the server answers: docs/schema.md and
// /docs have the whole of it.

/**
 * What reads faces for the page: a server (engine/server.js), or the browser itself. The page takes the one that
 * engine/engine.js exports as `engine`, and reaches it in no other way. Errors that it throws have a message for people.
 */
export interface Engine {
  /** Name of the computer that pictures are sent to; null when they stay on this one. */
  readonly place: string | null;
  /** Whether there is a page of an album beside this one. */
  readonly hasAlbum: boolean;
  /** The models at hand; the first one, or the one that is `default`, is in use. */
  models(): Promise<ModelAnswer[]>;
  /** Read a photo, with what is visible, and with maps if the model can give them. */
  readPhoto(photo: Blob): Promise<PhotoAnswer>;
  /** A line for live pictures; nothing is opened before `open`. */
  newLine(on: LiveListener): LiveLine;
  /** A photo of a face that may be shown, to try without a camera. */
  samplePhoto(): Promise<Blob>;
  /** The journal of whoever sits here; null where there is none. */
  readonly journal: JournalEngine | null;
  /** What reads whole videos; null where nothing does. */
  readonly videos: VideoReader | null;
}

/** What the journal's tab asks for; each call throws a `JournalError` when it is refused. */
export interface JournalEngine {
  state(): Promise<JournalState>;
  /** Try a key that a person typed or pasted. */
  useKey(key: string): Promise<void>;
  begin(passphrase: string | null): Promise<void>;
  unlock(passphrase: string): Promise<void>;
  lock(): Promise<void>;
  restore(): Promise<string>;
  entries(): Promise<JournalEntries>;
  keep(checkIn: NewCheckIn): Promise<void>;
  change(changed: ChangedCheckIn): Promise<void>;
  /** Erase some, or all (null). */
  forget(ids: string[] | null): Promise<Forgotten>;
  /** Where the report may be opened, for some minutes. */
  report(country: string): Promise<string>;
  file(kind: "html" | "csv" | "columns" | "json", country: string): Promise<Blob>;
  watch(name: string, picture: Blob): Promise<Watched>;
  finish(name: string): Promise<Seen>;
  leave(name: string): Promise<void>;
}

export interface JournalState {
  path: string;
  there: boolean;
  passphrase: boolean;
  locked: boolean;
  agreed: boolean;
  damage: string | null;
  backup: { made: string } | null;
  can_lock: boolean;
  least_characters: number;
}

export type Measures = Record<string, number | boolean>;

export interface NewCheckIn {
  mood: number;
  words: string;
  questionnaire: { name: string; answers: number[] } | null;
  sleep: number | null;
  notes: string;
  task: string | null;
  measures: Measures | null;
}

export interface ChangedCheckIn {
  id: string;
  mood: number;
  words: string;
  sleep: number | null;
  notes: string;
  without_camera: boolean;
}

export interface KeptCheckIn extends Omit<NewCheckIn, "questionnaire"> {
  id: string;
  at: string;
  questionnaire: { questionnaire: string; answers: number[]; sum: number; most: number } | null;
  poor: string | null;
}

export interface JournalStatement {
  chart: "own" | "signs" | "together";
  signs: string[];
  for_days: number;
  size: number;
  low: number;
  high: number;
  days: number;
  baseline: number;
}

export interface JournalFindings {
  state: "learning" | "too few" | "usual" | "different";
  check_ins: number;
  least: number;
  days: number | null;
  baseline: number | null;
  statements: JournalStatement[];
  poor: Record<string, number>;
  questionnaire_is_high: boolean;
}

export interface JournalChart {
  name: string;
  width: number;
  height: number;
  points: [number, number][];
  line: string;
  band: string;
  x_ticks: { at: number; text: string; day: string | null }[];
  y_ticks: { at: number; text: string }[];
}

export interface CountryHelp {
  code: string;
  country: string;
  emergency: string;
  lines: { name: string; contact: string; when: string }[];
}

export interface JournalEntries {
  check_ins: KeptCheckIn[];
  findings: JournalFindings;
  charts: JournalChart[];
  charts_task: string | null;
  help: Record<string, CountryHelp>;
  help_problem: string | null;
}

export interface Forgotten {
  check_ins: number;
  files: string[];
  left: string[];
}

export interface Watched {
  seconds: number;
  face: boolean;
  face_seen: number;
  light: number;
}

export interface Seen {
  measures: Measures;
  poor: string | null;
}

export interface VideoReader {
  /** The video that is held; null where none may be opened (on phones, on servers for others). */
  state(): Promise<VideoAnswer | null>;
  send(file: File, onProgress: (share: number) => void, signal: AbortSignal): Promise<VideoAnswer>;
  stop(): Promise<VideoAnswer>;
  forget(): Promise<VideoAnswer>;
  /** Frames from this number on, as many as there are for now. */
  shots(first: number): Promise<VideoShot[]>;
  /** What was marked in it, as it was kept last. */
  markings(): Promise<VideoMarkings>;
  keep(markings: VideoMarkings): Promise<void>;
  /** Points of time and value by person. */
  column(name: string): Promise<Record<string, [number, number][]>>;
  still(time: number): Promise<Blob>;
  tables(markings: VideoMarkings, format: string): Promise<Blob>;
}

export interface VideoAnswer {
  state: "none" | "arriving" | "reading" | "done" | "stopped" | "failed";
  name: string;
  at: number;
  seconds: number | null;
  frames: number;
  width: number;
  height: number;
  losses: string[];
  problem: string | null;
  columns: string[];
  max_bytes: number;
}

/** Person, left, top, right, bottom in parts of the picture, word, likeliest emotion, its probability. */
export type VideoFace = [number, number, number, number, number, string, string, number];
/** Time in seconds, faces. */
export type VideoShot = [number, VideoFace[]];

/** A range without a label is excluded. */
export interface VideoRange {
  label: string;
  start: number;
  end: number;
}

export interface VideoMarkings {
  names: Record<number, string>;
  merged: Record<number, number>;
  ranges: VideoRange[];
}

/** One stream of pictures; who is who is followed along it. */
export interface LiveLine {
  /** Begin, and stay until `close`; a line that was cut comes back by itself. */
  open(): void;
  close(): void;
  /** Try now instead of after the wait. */
  retry(): void;
  /** Whether another picture may be sent now; the page asks before each. */
  readonly idle: boolean;
  /** Whether answers are to say what is visible in each face, from now on. */
  askForSigns(signs: boolean): void;
  /**
   * Read the picture that `picture` shows now: it is copied before this returns. `taken`, in ms of the page's clock,
   * comes back in the answer as `sent`.
   */
  send(picture: HTMLCanvasElement, taken: number): void;
}

export interface LiveListener {
  /** An answer; faces have `track`. Older pictures are not answered any more. */
  frame(message: LiveFrame): void;
  /** A picture could not be read. */
  problem(message: Problem): void;
  /** Whether the line is open. */
  state(open: boolean): void;
}

/** [left, top, right, bottom]. */
export type Box = [number, number, number, number];
export type Probabilities = Record<string, number>;

export interface Problem {
  what: string;
  hint?: string | null;
}

interface Answered {
  label: string;
  top_emotion: string;
  confidence: number;
  unsure: boolean;
  probabilities: Probabilities;
}

export interface TrackAnswer extends Answered {
  id: number;
  detected: boolean;
}

export interface SignAnswer {
  name: string;
  sentence: string;
  strength: number;
  region: string;
  side: string | null;
  speaks_for: string | null;
}

export interface SignsAnswer {
  sentences: string[];
  signs: SignAnswer[];
  covered: string[];
  distance: { metres: number; low: number; high: number };
}

export interface FaceAnswer extends Answered {
  xyxy: Box;
  score: number;
  unsure_because?: string | null;
  signs?: SignsAnswer | null;
  no_signs_because?: string | null;
  explanation?: { crop: string; maps: Record<string, number[][]> } | null;
  track?: TrackAnswer | null;
}

export interface FrameAnswer {
  width: number;
  height: number;
  faces: FaceAnswer[];
}

/** A photo, read; `explains` is whether the model in use can say why. */
export interface PhotoAnswer extends FrameAnswer {
  explains: boolean;
}

export interface LiveFrame {
  type: "frame";
  sent: number;
  frame: FrameAnswer;
}

export interface LiveError extends Problem {
  type: "error";
}

export interface Score {
  metric: string;
  split: string;
  rule: string;
  value: number;
  n: number;
}

export interface ModelAnswer {
  name: string;
  summary: string;
  labels: string[];
  scores?: Score[];
  default: boolean;
}

export interface AlbumAnswer {
  version: string | null;
  photos: number;
  unreadable: number;
  other_model: number;
  missing: number;
  label_sets: Record<string, string[]>;
  limits: ExportLimits;
}

export interface ExportLimits {
  lists: number;
  gallery: number;
  zip: number;
  zip_bytes: number;
}

export interface RankingAnswer {
  version: string | null;
  ids: number[];
  scores: number[];
  without_time?: number;
  in_bursts?: number;
  alike?: number;
  below?: number;
  stacks?: Record<string, number[]>;
}

export interface OfferedFolder {
  key: string;
  name: string;
  refused: string | null;
  indexed: boolean;
}

export interface FoldersAnswer {
  above: OfferedFolder[];
  folders: OfferedFolder[];
  photos: number;
  left_off: number;
}

export interface ReadFolder {
  folder: string;
  read: number;
  recognised: number;
  unchanged: number;
  gone: number;
  faces: number;
  unreadable: number;
  incomplete: number;
  heic: number;
  excluded: number;
  passed_over: Record<string, number>;
  closed: { path: string; reason: string }[];
  closed_number: number;
  seconds: number;
}

export interface FillingAnswer {
  stage: string;
  allowed: boolean;
  folders: string[];
  done: number;
  total: number;
  seconds_left: number | null;
  problem: { what: string; hint: string | null } | null;
  ended: ReadFolder[];
}

export interface UnreadableAnswer {
  total: number;
  files: { path: string; reason: string }[];
}

export interface AlbumFace {
  xyxy: Box;
  size: number;
  sharpness: number;
  brightness: number | null;
  label: string;
  unsure: boolean;
  counted: boolean;
  probabilities: Probabilities;
  value: number;
}

export interface AlbumPhoto {
  id: number;
  key: string;
  path: string;
  score: number;
  taken: string | null;
  width: number;
  height: number;
  faces: AlbumFace[];
  latitude?: number | null;
  longitude?: number | null;
  turned?: number | null;
  incomplete?: boolean | null;
}

export interface LookAnswer {
  photo: string;
  faces: string[];
}
