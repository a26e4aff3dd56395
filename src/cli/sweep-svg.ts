/** Accuracy against tokens as an SVG picture that stands alone: a line a method, bars for 95 % intervals. */
import type { Cell } from "./sweep.ts";

const [width, height] = [880, 460];
const box = { left: 64, right: 620, top: 88, bottom: 396 };
/** Distinguishable by eyes that do not tell red from green (Okabe and Ito 2008), light and dark. */
const colours = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8c6d31", "#7f7f7f"];

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
const n = (x: number): string => String(Math.round(x * 10) / 10);

const style = `
  text { font: 13px system-ui, "Segoe UI", Helvetica, Arial, sans-serif; fill: #57606a; }
  .title { font-size: 19px; font-weight: 600; fill: #1f2328; }
  .ground { fill: #ffffff; }
  .grid { stroke: #d8dee4; }
  .axis { stroke: #8c959f; }
  @media (prefers-color-scheme: dark) {
    text { fill: #9198a1; }
    .title { fill: #f0f6fc; }
    .ground { fill: #0d1117; }
    .grid { stroke: #262c36; }
    .axis { stroke: #656c76; }
  }`;

/** Methods in the order given; caps on a logarithmic axis. */
export function sweepPicture(
  title: string,
  subtitle: string,
  methods: readonly string[],
  cells: readonly Cell[],
): string {
  const caps = [...new Set(cells.map(({ tokens }) => tokens))].sort((a, b) => a - b);
  const [low, high] = [Math.log(caps[0] ?? 1), Math.log(caps.at(-1) ?? 2)];
  const px = (tokens: number): number =>
    high === low
      ? (box.left + box.right) / 2
      : box.left + 24 + ((Math.log(tokens) - low) / (high - low)) * (box.right - box.left - 48);
  const py = (share: number): number => box.bottom - share * (box.bottom - box.top);
  const grid = [0, 0.25, 0.5, 0.75, 1].map(
    (share) =>
      `<line class="${share === 0 ? "axis" : "grid"}" x1="${box.left}" x2="${box.right}" y1="${n(py(share))}" y2="${n(py(share))}"/>` +
      `<text x="${box.left - 8}" y="${n(py(share) + 4)}" text-anchor="end">${100 * share} %</text>`,
  );
  const marks = caps.map(
    (cap) =>
      `<line class="axis" x1="${n(px(cap))}" x2="${n(px(cap))}" y1="${box.bottom}" y2="${box.bottom + 5}"/>` +
      `<text x="${n(px(cap))}" y="${box.bottom + 21}" text-anchor="middle">${cap}</text>`,
  );
  const lines = methods.map((method, i) => {
    const colour = colours[i % colours.length];
    const own = cells.filter((cell) => cell.method === method).sort((a, b) => a.tokens - b.tokens);
    // Side by side, so that intervals at one cap can be told apart.
    const x = ({ tokens }: Cell): number => px(tokens) + 5 * (i - (methods.length - 1) / 2);
    const bars = own.map(
      (cell) =>
        `<line x1="${n(x(cell))}" x2="${n(x(cell))}" y1="${n(py(cell.solved.low))}" y2="${n(py(cell.solved.high))}" stroke="${colour}" stroke-width="1.5"/>` +
        `<circle cx="${n(x(cell))}" cy="${n(py(cell.solved.value))}" r="3.5" fill="${colour}"/>`,
    );
    const path = own.map((cell) => `${n(x(cell))},${n(py(cell.solved.value))}`).join(" ");
    const y = box.top + 8 + 24 * i;
    return [
      `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2" stroke-linejoin="round"/>`,
      ...bars,
      `<line x1="${box.right + 24}" x2="${box.right + 44}" y1="${y}" y2="${y}" stroke="${colour}" stroke-width="2.5"/>`,
      `<text x="${box.right + 52}" y="${y + 4}">${escaped(method)}</text>`,
    ].join("\n");
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}">
<style>${style}
</style>
<rect class="ground" width="${width}" height="${height}"/>
<text class="title" x="${box.left}" y="36">${escaped(title)}</text>
<text x="${box.left}" y="60">${escaped(subtitle)}</text>
${[...grid, ...marks, ...lines].join("\n")}
<text x="${n((box.left + box.right) / 2)}" y="${box.bottom + 46}" text-anchor="middle">generated tokens a task at most</text>
</svg>
`;
}
