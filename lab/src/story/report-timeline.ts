import { escapeHtml } from "../../../live/browser/html.mjs";
import { seconds } from "./progress.ts";
import type { Deployment, Report } from "./report.ts";

const width = 1000;
const chartWidth = 320;
const chapterHeight = 22;
const trafficHeight = 72;
const laneHeight = chapterHeight + trafficHeight + 34;

/** The traffic of the new revision over a deployment: it changes in steps, and holds until the next. */
export interface Shift {
  atMs: number;
  green: number;
}

/** Returns an area that rises with the new revision's traffic and falls at the deployment's end. */
function shiftPath(
  shifts: readonly Shift[],
  endMs: number,
  x: (ms: number) => number,
  height: number,
): string {
  const y = (percent: number) => (height * (1 - percent / 100)).toFixed(1);
  const [first] = shifts;
  if (!first) return "";
  const steps = shifts.map(({ atMs, green }) => `H${x(atMs).toFixed(1)}V${y(green)}`);
  return `M${x(first.atMs).toFixed(1)} ${y(0)}${steps.join("")}H${x(endMs).toFixed(1)}V${y(0)}Z`;
}

/** A chart of one deployment, in seconds since it began. */
export function deploymentChart({ traffic, durationMs, status, service }: Deployment): string {
  if (traffic.length === 0) return "";
  const end = Math.max(durationMs, ...traffic.map(({ atMs }) => atMs), 1);
  const x = (ms: number) => (ms / end) * chartWidth;
  const moves = traffic.map(({ atMs, green }) => `${green} % after ${seconds(atMs)}`).join(", ");
  return `<svg class="chart ${status === "succeeded" ? "good" : "bad"}" viewBox="0 0 ${chartWidth} 110" role="img" aria-label="${escapeHtml(`Traffic of ${service}'s new revision: ${moves}`)}">
<rect class="old" width="${chartWidth}" height="90"></rect><path class="new" d="${shiftPath(traffic, end, x, 90)}"></path>
<text x="4" y="14">100 %</text><text x="4" y="86">0 %</text><text x="0" y="106">0 s</text><text x="${chartWidth}" y="106" text-anchor="end">${seconds(end)}</text>
</svg>`;
}

/** A lab in which the user operates has deployments, and no chapters. */
export function servicesOf({ chapters, deployments }: Report): string[] {
  const names = [
    ...chapters.flatMap((chapter): readonly string[] => chapter.services),
    ...deployments.map(({ service }) => service),
  ];
  return [...new Set(names)].sort();
}

/** The story over time: for each service its chapters, and the traffic of each deployment's new revision. */
export function timeline(report: Report): string {
  const services = servicesOf(report);
  const end = Math.max(report.durationMs, 1);
  const x = (ms: number) => (Math.min(ms, end) / end) * width;
  const lanes = services.map(
    (service, index) =>
      `<g transform="translate(0 ${index * laneHeight + 18})">${lane(report, service, x)}</g>`,
  );
  const height = services.length * laneHeight + 30;
  const every = [5, 10, 15, 30, 60, 120, 300].find((step) => end / 1000 / step <= 12) ?? 600;
  const ticks = Array.from({ length: Math.floor(end / 1000 / every) + 1 }, (_, index) => {
    const at = x(index * every * 1000).toFixed(1);
    return `<line class="tick" x1="${at}" x2="${at}" y1="0" y2="${height - 18}"></line><text x="${at}" y="${height - 4}" text-anchor="${index === 0 ? "start" : "middle"}">${index * every} s</text>`;
  });
  return `<svg class="timeline" viewBox="0 0 ${width} ${height}" role="img" aria-label="Chapters and traffic of each service over time; the tables below have the same figures">
${ticks.join("")}
${lanes.join("\n")}
<line id="now" x1="0" x2="0" y1="0" y2="${height - 18}"></line>
</svg>`;
}

function lane({ chapters, deployments }: Report, service: string, x: (ms: number) => number): string {
  const own = chapters.filter((chapter) => chapter.services.some((each) => each === service));
  const bars = own.map(({ name, beganAtMs, durationMs }) => {
    const from = x(beganAtMs);
    const length = Math.max(x(beganAtMs + durationMs) - from, 2);
    // About 6.5 units a letter; a name that does not fit is shown when pointed at.
    const label =
      name.length * 6.5 < length - 6
        ? `<text x="${(from + 4).toFixed(1)}" y="15">${escapeHtml(name)}</text>`
        : "";
    return `<g><title>${escapeHtml(`${name}: ${seconds(durationMs)}`)}</title><rect class="chapter" x="${from.toFixed(1)}" width="${length.toFixed(1)}" height="${chapterHeight}"></rect>${label}</g>`;
  });
  const areas = deployments
    .filter((deployment) => deployment.service === service)
    .map(({ beganAtMs, durationMs, traffic, status, deploymentId }) => {
      const shifts = traffic.map(({ atMs, green }) => ({ atMs: beganAtMs + atMs, green }));
      const path = shiftPath(shifts, beganAtMs + durationMs, x, trafficHeight);
      const from = x(beganAtMs).toFixed(1);
      const length = Math.max(x(beganAtMs + durationMs) - x(beganAtMs), 2).toFixed(1);
      return `<g class="${status === "succeeded" ? "good" : "bad"}"><title>${escapeHtml(`${deploymentId} ${status}`)}</title><rect class="old" x="${from}" width="${length}" height="${trafficHeight}"></rect><path class="new" d="${path}"></path></g>`;
    });
  return `<text class="lane" x="0" y="-5">${escapeHtml(service)}</text>${bars.join("")}<g transform="translate(0 ${chapterHeight + 4})">${areas.join("")}</g>`;
}
