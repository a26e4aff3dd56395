/** The learning curve as an SVG picture that stands alone: accuracy by seconds of work and by round. */
import { ticks, type Point } from "./curve.ts";

export interface Picture {
  readonly title: string;
  readonly subtitle: string;
  readonly points: readonly Point[];
}

const [width, height] = [960, 440];
const panels = { top: 104, bottom: 372, left: 64, width: 396, gap: 72 };

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
const n = (x: number): string => String(Math.round(x * 10) / 10);

/** Neutral colours that suit light and dark pages; the picture brings its own ground. */
const style = `
  text { font: 13px system-ui, "Segoe UI", Helvetica, Arial, sans-serif; fill: #57606a; }
  .title { font-size: 19px; font-weight: 600; fill: #1f2328; }
  .value { font-weight: 600; fill: #1f2328; }
  .value, .passtext { paint-order: stroke; stroke: #ffffff; stroke-width: 4px; stroke-linejoin: round; }
  .ground { fill: #ffffff; }
  .grid { stroke: #d8dee4; stroke-width: 1; }
  .axis { stroke: #8c959f; stroke-width: 1; }
  .line { fill: none; stroke: #0b6bcb; stroke-width: 2.5; stroke-linejoin: round; stroke-linecap: round; }
  .area { fill: #0b6bcb; opacity: 0.08; }
  .dot { fill: #0b6bcb; }
  .pass { fill: none; stroke: #bc4c00; stroke-width: 2; }
  .passline { fill: none; stroke: #bc4c00; stroke-width: 1.5; stroke-dasharray: 2 5; stroke-linecap: round; }
  .passtext { fill: #bc4c00; }
  @media (prefers-color-scheme: dark) {
    text { fill: #9198a1; }
    .title, .value { fill: #f0f6fc; }
    .value, .passtext { stroke: #0d1117; }
    .ground { fill: #0d1117; }
    .grid { stroke: #262c36; }
    .axis { stroke: #656c76; }
    .line { stroke: #58a6ff; }
    .area, .dot { fill: #58a6ff; }
    .pass, .passline { stroke: #f0883e; }
    .passtext { fill: #f0883e; }
  }`;

function panel(
  points: readonly Point[],
  o: { left: number; label: string; x: (point: Point) => number; whole: boolean },
): string {
  const { top, bottom } = panels;
  const right = o.left + panels.width;
  const max = Math.max(1e-9, ...points.map(o.x));
  const px = (x: number): number => o.left + (x / max) * panels.width;
  const py = (share: number): number => bottom - share * (bottom - top);
  const at = (point: Point, share: number): string => `${n(px(o.x(point)))},${n(py(share))}`;
  const grid = [0, 0.25, 0.5, 0.75, 1].map(
    (share) =>
      `<line class="${share === 0 ? "axis" : "grid"}" x1="${o.left}" x2="${right}" y1="${n(py(share))}" y2="${n(py(share))}"/>` +
      `<text x="${o.left - 8}" y="${n(py(share) + 4)}" text-anchor="end">${100 * share} %</text>`,
  );
  const marks = ticks(max, 6)
    .filter((tick) => !o.whole || Number.isInteger(tick))
    .map(
      (tick) =>
        `<line class="axis" x1="${n(px(tick))}" x2="${n(px(tick))}" y1="${bottom}" y2="${bottom + 5}"/>` +
        `<text x="${n(px(tick))}" y="${bottom + 21}" text-anchor="middle">${tick}</text>`,
    );
  const line = points.map((point) => at(point, point.greedy)).join(" ");
  const ends =
    points.length === 0
      ? ""
      : `<polygon class="area" points="${n(px(o.x(points[0])))},${bottom} ${line} ${n(px(o.x(points[points.length - 1])))},${bottom}"/>`;
  const full = points.filter((point) => point.pass);
  const passed = full.map((point) => at(point, point.pass?.passK ?? 0)).join(" ");
  const rings = full.map(
    (point) => `<circle class="pass" cx="${n(px(o.x(point)))}" cy="${n(py(point.pass?.passK ?? 0))}" r="4.5"/>`,
  );
  return [
    ...grid,
    ...marks,
    `<text x="${n((o.left + right) / 2)}" y="${bottom + 44}" text-anchor="middle">${escaped(o.label)}</text>`,
    full.length > 1 ? `<polyline class="passline" points="${passed}"/>` : "",
    ...rings,
    ends,
    `<polyline class="line" points="${line}"/>`,
    ...points.map(
      (point) =>
        `<circle class="dot" cx="${n(px(o.x(point)))}" cy="${n(py(point.greedy))}" r="${points.length > 40 ? 2 : 3}"/>`,
    ),
    labels(points.at(-1), right, py),
  ].join("\n");
}

/** The last values, right-aligned at the end of the lines: pass@k above its ring, greedy below its line unless that is at the bottom. */
function labels(last: Point | undefined, right: number, py: (share: number) => number): string {
  if (!last) return "";
  const text = (kind: string, share: number, dy: number): string =>
    `<text class="${kind}" x="${right}" y="${n(py(share) + dy)}" text-anchor="end">${(100 * share).toFixed(1)} %</text>`;
  return (
    text("value", last.greedy, last.greedy > 0.12 ? 22 : -12) +
    (last.pass ? text("passtext", last.pass.passK, -12) : "")
  );
}

/** Greedy accuracy as a line, pass@k of the full evaluations as rings. Colours follow the reader's light or dark scheme. */
export function svg({ title, subtitle, points }: Picture): string {
  const k = points.find((point) => point.pass)?.pass?.k;
  const second = panels.left + panels.width + panels.gap;
  const edge = second + panels.width;
  const mark = k === undefined ? edge : edge - 8 * `pass@${k}`.length - 32;
  const legend =
    `<line class="line" x1="${mark - 84}" x2="${mark - 60}" y1="38" y2="38"/><text x="${mark - 52}" y="42">greedy</text>` +
    (k === undefined
      ? ""
      : `<circle class="pass" cx="${mark + 14}" cy="38" r="4.5"/><text class="passtext" x="${edge}" y="42" text-anchor="end">pass@${k}</text>`);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(`${title}. ${subtitle}`)}">`,
    `<style>${style}\n</style>`,
    `<rect class="ground" width="${width}" height="${height}" rx="8"/>`,
    `<text class="title" x="24" y="42">${escaped(title)}</text>`,
    `<text x="24" y="66">${escaped(subtitle)}</text>`,
    legend,
    panel(points, { left: panels.left, label: "seconds of work", x: (point) => point.seconds, whole: false }),
    panel(points, { left: second, label: "round", x: (point) => point.round, whole: true }),
    "</svg>",
    "",
  ].join("\n");
}
