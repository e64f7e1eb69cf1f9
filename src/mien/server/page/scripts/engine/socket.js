// The line to the server: sends pictures when it is idle enough, and comes back when it was cut.

/** @import { LiveError, LiveFrame, LiveLine, LiveListener } from "../answers.js" */

const QUALITY = 0.7;
const MOST_WAITING = 2;
const FORGET_AFTER = 4000;
const FIRST_WAIT = 500;
const LONGEST_WAIT = 15_000;
const STAMP_BYTES = 8;

/** @implements {LiveLine} */
export class Socket {
  /** @param {LiveListener} on - what to call */
  constructor(on) {
    this.on = on;
    /** @type {WebSocket | null} */
    this.socket = null;
    /** @type {number[]} */
    this.waiting = [];
    this.attempt = 0;
    this.timer = 0;
    this.wanted = false;
    this.signs = false;
    this.encoding = false;
  }

  /**
   * Whether answers are to say what is visible in each face, from now on.
   * @param {boolean} signs
   */
  askForSigns(signs) {
    this.signs = signs;
    if (this.socket?.readyState === WebSocket.OPEN) this.tellSettings();
  }

  tellSettings() {
    this.socket?.send(JSON.stringify({ type: "settings", signs: this.signs }));
  }

  /** Connect, and stay connected until `close`. */
  open() {
    this.wanted = true;
    if (!this.socket) this.connect();
  }

  close() {
    this.wanted = false;
    clearTimeout(this.timer);
    this.socket?.close();
    this.socket = null;
    this.waiting = [];
  }

  /** Try now instead of after the wait. */
  retry() {
    clearTimeout(this.timer);
    if (this.wanted && !this.socket) this.connect();
  }

  /** Two pictures are under way at most. */
  get idle() {
    const now = performance.now();
    this.waiting = this.waiting.filter((sent) => now - sent < FORGET_AFTER);
    const open = this.socket?.readyState === WebSocket.OPEN;
    return open && !this.encoding && this.waiting.length < MOST_WAITING;
  }

  /**
   * @param {HTMLCanvasElement} picture
   * @param {number} taken - when the picture was taken, in ms of the page's clock
   */
  send(picture, taken) {
    this.encoding = true;
    const encoded = (/** @type {Blob | null} */ jpeg) => {
      this.encoding = false;
      if (jpeg) this.sendJpeg(jpeg, taken);
    };
    picture.toBlob(encoded, "image/jpeg", QUALITY);
  }

  /**
   * @param {Blob} jpeg
   * @param {number} taken
   */
  sendJpeg(jpeg, taken) {
    if (!this.socket || !this.idle) return;
    const stamp = new ArrayBuffer(STAMP_BYTES);
    new DataView(stamp).setFloat64(0, taken, true);
    this.waiting.push(taken);
    this.socket.send(new Blob([stamp, jpeg]));
  }

  connect() {
    const address = new URL("v1/live", location.href);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    address.hash = "";
    const socket = new WebSocket(address);
    this.socket = socket;
    socket.onopen = () => {
      this.attempt = 0;
      this.tellSettings();
      this.on.state(true);
    };
    socket.onmessage = (event) => this.receive(JSON.parse(event.data));
    socket.onclose = () => {
      if (this.socket === socket) this.lost();
    };
  }

  /** @param {LiveFrame | LiveError} message */
  receive(message) {
    if (message.type === "frame") {
      // An answer to a newer picture: what was sent before it will not be answered any more.
      this.waiting = this.waiting.filter((sent) => sent > message.sent);
      this.on.frame(message);
    } else if (message.type === "error") {
      this.waiting.shift();
      this.on.problem(message);
    }
  }

  lost() {
    this.socket = null;
    this.waiting = [];
    if (!this.wanted) return;
    const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** this.attempt);
    this.attempt += 1;
    this.timer = setTimeout(() => this.connect(), wait);
    this.on.state(false);
  }
}
