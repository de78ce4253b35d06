/** A canvas draws one network: colours say trust, who asked today is ringed, who has left is hollow. */

import { colour } from "./colours.js";

const N_STEPS = 16;
export const ASKED = 1;
export const LEFT = 2;
export const NO_CLIENT = 3;

/**
 * Read bytes that the server sent as base64.
 * @param {string} text
 */
export const bytes = (text) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));

/** Return the colours of trust from none to full, as the page's light or dark has them. */
export function ramp() {
  const [low, middle, high] = ["--v2", "--trust-middle", "--v1"].map((name) => rgb(colour(name)));
  return Array.from({ length: N_STEPS }, (_, step) => {
    const t = (2 * step) / (N_STEPS - 1);
    const [from, to] = t < 1 ? [low, middle] : [middle, high];
    return `rgb(${from.map((x, k) => Math.round(x + (to[k] - x) * (t < 1 ? t : t - 1))).join(" ")})`;
  });
}

/** @param {string} hex */
const rgb = (hex) => [1, 3, 5].map((place) => parseInt(hex.slice(place, place + 2), 16));

/** @typedef {[number, number]} Point */

/**
 * @param {number} x
 * @param {number} y
 * @returns {Point}
 */
const point = (x, y) => [x, y];

/**
 * Return a canvas's pen, which a page without memory may not have.
 * @template T
 * @param {T | null} pen
 */
function drawable(pen) {
  if (pen === null) throw new Error("nothing can be drawn here");
  return pen;
}

/**
 * Make the drawing of one variant; returns `draw(day)`, where *day* counts the days of *world*.
 * @param {HTMLCanvasElement} canvas
 * @param {World} world
 * @param {Uint8Array} trust
 * @param {Uint8Array} status
 */
export function network(canvas, world, trust, status) {
  const { places, edges, n } = world;
  const pen = drawable(canvas.getContext("2d"));
  /** @type {ReturnType<typeof lookOf> | null} */
  let look = null;

  /** Return what is drawn with, made anew only where the size or the colours of the page have changed. */
  function prepare() {
    const ratio = devicePixelRatio || 1;
    const { clientWidth: width, clientHeight: height } = canvas;
    const key = `${width} ${height} ${ratio} ${colour("--ink")}`;
    if (look?.key !== key && width !== 0) look = lookOf(key, width, height, ratio);
    return look;
  }

  /**
   * @param {string} key
   * @param {number} width
   * @param {number} height
   * @param {number} ratio
   */
  function lookOf(key, width, height, ratio) {
    canvas.width = width * ratio;
    canvas.height = height * ratio;
    const size = Math.min(width, height);
    const radius = Math.max(1.4, Math.min(5, (0.3 * size) / Math.sqrt(n)));
    const scale = size / 2 - radius - 4;
    const at = places.map(([x, y]) => point(width / 2 + x * scale, height / 2 + y * scale));
    return {
      key,
      ratio,
      width,
      height,
      radius,
      at,
      ramp: ramp(),
      ink: colour("--ink"),
      faint: colour("--grid"),
      muted: colour("--muted"),
      behind: behind(at, width, height, ratio),
    };
  }

  /**
   * @param {Point[]} at
   * @param {number} width
   * @param {number} height
   * @param {number} ratio
   */
  function behind(at, width, height, ratio) {
    const sheet = new OffscreenCanvas(width * ratio, height * ratio);
    const lines = drawable(sheet.getContext("2d"));
    lines.scale(ratio, ratio);
    lines.strokeStyle = colour("--edge");
    lines.globalAlpha = edges.length > 3000 ? 0.18 : 0.35;
    lines.lineWidth = 0.5;
    lines.beginPath();
    for (const [i, j] of edges) {
      lines.moveTo(...at[i]);
      lines.lineTo(...at[j]);
    }
    lines.stroke();
    return sheet;
  }

  /**
   * @param {Point[]} at
   * @param {number[]} indices
   * @param {number} radius
   * @param {() => void} paint
   */
  function dots(at, indices, radius, paint) {
    pen.beginPath();
    for (const i of indices) {
      const [x, y] = at[i];
      pen.moveTo(x + radius, y);
      pen.arc(x, y, radius, 0, 2 * Math.PI);
    }
    paint();
  }

  /** @param {number} day */
  return (day) => {
    const look = prepare();
    if (!look) return;
    pen.setTransform(look.ratio, 0, 0, look.ratio, 0, 0);
    pen.clearRect(0, 0, look.width, look.height);
    pen.drawImage(look.behind, 0, 0, look.width, look.height);
    /** @type {number[][]} */
    const byColour = Array.from({ length: N_STEPS }, () => []);
    /** @type {[number[], number[], number[]]} */
    const [asked, left, outside] = [[], [], []];
    for (let i = 0; i < n; i++) {
      const now = status[day * n + i];
      if (now === LEFT) left.push(i);
      else if (now === NO_CLIENT) outside.push(i);
      else byColour[(trust[day * n + i] * N_STEPS) >> 8].push(i);
      if (now === ASKED) asked.push(i);
    }
    pen.fillStyle = look.faint;
    dots(look.at, outside, 0.5 * look.radius, () => pen.fill());
    pen.lineWidth = 0.8;
    pen.strokeStyle = look.muted;
    dots(look.at, left, 0.85 * look.radius, () => pen.stroke());
    byColour.forEach((list, step) => {
      pen.fillStyle = look.ramp[step];
      dots(look.at, list, look.radius, () => pen.fill());
    });
    pen.lineWidth = 1.6;
    pen.strokeStyle = look.ink;
    dots(look.at, asked, look.radius + 2, () => pen.stroke());
  };
}

/**
 * Count who stays, asked today, has left and is no client on a day.
 * @param {Uint8Array} status
 * @param {number} n
 * @param {number} day
 */
export function counts(status, n, day) {
  const tally = [0, 0, 0, 0];
  for (let i = day * n; i < (day + 1) * n; i++) tally[status[i]]++;
  return tally;
}
