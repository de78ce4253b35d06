/** One network on a canvas: colours by trust, who asked today is ringed, who has left is hollow. */

import { colour } from "./colours.js";

const N_STEPS = 16;
export const STAYS = 0, ASKED = 1, LEFT = 2, NO_CLIENT = 3;

/** Read bytes that the server sent as base64. */
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

const rgb = (hex) => [1, 3, 5].map((place) => parseInt(hex.slice(place, place + 2), 16));

/** Make the drawing of one variant; returns `draw(day)`, where *day* counts the days of *world*. */
export function network(canvas, world, trust, status) {
  const { places, edges, n } = world;
  const pen = canvas.getContext("2d");
  let look = null;

  function prepare() {
    const ratio = devicePixelRatio || 1;
    const { clientWidth: width, clientHeight: height } = canvas;
    const key = `${width} ${height} ${ratio} ${colour("--ink")}`;
    if (look?.key === key || width === 0) return;
    canvas.width = width * ratio;
    canvas.height = height * ratio;
    const size = Math.min(width, height);
    const radius = Math.max(1.4, Math.min(5, 0.3 * size / Math.sqrt(n)));
    const scale = size / 2 - radius - 4;
    const at = places.map(([x, y]) => [width / 2 + x * scale, height / 2 + y * scale]);
    look = { key, ratio, width, height, radius, at, ramp: ramp(), ink: colour("--ink"), faint: colour("--grid"), muted: colour("--muted"), behind: behind(at, width, height, ratio) };
  }

  function behind(at, width, height, ratio) {
    const sheet = new OffscreenCanvas(width * ratio, height * ratio);
    const lines = sheet.getContext("2d");
    lines.scale(ratio, ratio);
    lines.strokeStyle = colour("--edge");
    lines.globalAlpha = edges.length > 3000 ? 0.18 : 0.35;
    lines.lineWidth = 0.5;
    lines.beginPath();
    for (const [i, j] of edges) { lines.moveTo(...at[i]); lines.lineTo(...at[j]); }
    lines.stroke();
    return sheet;
  }

  function dots(indices, radius, paint) {
    pen.beginPath();
    for (const i of indices) {
      const [x, y] = look.at[i];
      pen.moveTo(x + radius, y);
      pen.arc(x, y, radius, 0, 2 * Math.PI);
    }
    paint();
  }

  return (day) => {
    prepare();
    if (!look) return;
    pen.setTransform(look.ratio, 0, 0, look.ratio, 0, 0);
    pen.clearRect(0, 0, look.width, look.height);
    pen.drawImage(look.behind, 0, 0, look.width, look.height);
    const byColour = Array.from({ length: N_STEPS }, () => []);
    const [asked, left, outside] = [[], [], []];
    for (let i = 0; i < n; i++) {
      const now = status[day * n + i];
      if (now === LEFT) left.push(i);
      else if (now === NO_CLIENT) outside.push(i);
      else byColour[(trust[day * n + i] * N_STEPS) >> 8].push(i);
      if (now === ASKED) asked.push(i);
    }
    pen.fillStyle = look.faint;
    dots(outside, 0.5 * look.radius, () => pen.fill());
    pen.lineWidth = 0.8;
    pen.strokeStyle = look.muted;
    dots(left, 0.85 * look.radius, () => pen.stroke());
    byColour.forEach((list, step) => { pen.fillStyle = look.ramp[step]; dots(list, look.radius, () => pen.fill()); });
    pen.lineWidth = 1.6;
    pen.strokeStyle = look.ink;
    dots(asked, look.radius + 2, () => pen.stroke());
  };
}

/** Count who stays, asked today, has left and is no client on a day. */
export function counts(status, n, day) {
  const found = [0, 0, 0, 0];
  for (let i = day * n; i < (day + 1) * n; i++) found[status[i]]++;
  return found;
}
