import {
  type Architecture,
  type ArchitectureCard,
  type Chart,
  chartColours,
  type Diagram,
  type Frame,
  type Pie,
} from "@ecs-delivery/actions/core/diagrams";
import { type Html, html } from "@ecs-delivery/live/browser/html";

/** Draws a diagram of a summary. The markup has no script, style or resource, for any texts. */
export function drawDiagram(diagram: Diagram): Html {
  if ("series" in diagram) return drawChart(diagram);
  return "slices" in diagram ? drawPie(diagram) : drawArchitecture(diagram);
}

const [chartWidth, chartHeight] = [600, 120];

function drawChart({ title, x, y, series }: Chart): Html {
  const yOf = (value: number) => (chartHeight * (1 - value / y.to)).toFixed(1);
  const slot = chartWidth / Math.max(...series.map(({ values }) => values.length));
  const bars = series.some(({ kind }) => kind === "bar");
  const bar = (value: number, index: number) =>
    html`<rect x="${(slot * (index + 0.2)).toFixed(1)}" y="${yOf(value)}" width="${(slot * 0.6).toFixed(1)}" height="${(chartHeight - Number(yOf(value))).toFixed(1)}"></rect>`;
  const line = (values: readonly number[], colour: keyof typeof chartColours) => {
    // Points are in the middle of bars.
    const xOf = (index: number) =>
      bars ? slot * (index + 0.5) : (chartWidth / Math.max(values.length - 1, 1)) * index;
    const points = values.map((value, index) => `${xOf(index).toFixed(1)} ${yOf(value)}`);
    return html`<path stroke="${chartColours[colour] ?? "currentColor"}" d="M${points.join("L")}"></path>`;
  };
  const shapes = series.map(({ kind, values, colour }) =>
    kind === "bar" ? values.map(bar) : line(values, colour),
  );
  const range = typeof x.to === "number" ? `0 to ${x.to}` : x.to.join(", ");
  return html`<figure><svg class="lines" viewBox="-4 -4 ${chartWidth + 8} ${chartHeight + 8}" role="img" aria-label="${title}">${shapes}</svg><figcaption>${title} (${y.unit}: 0 to ${y.to}; ${x.unit}: ${range})</figcaption></figure>`;
}

/** Bars compare amounts better than the slices of a pie. */
function drawPie({ title, slices }: Pie): Html {
  const most = Math.max(...slices.map(([, amount]) => amount));
  const rows = slices.map(
    ([name, amount]) =>
      html`<tr><th scope="row">${name}</th><td><svg class="bar" width="100%" height="8" aria-hidden="true"><rect class="only" height="8" width="${((100 * amount) / most).toFixed(1)}%"></rect></svg></td><td align="right">${amount.toFixed(2)}</td></tr>`,
  );
  return html`<figure><table class="pie"><tbody>${rows}</tbody></table><figcaption>${title}</figcaption></figure>`;
}

/** Draws nested frames, with the arrows as lines of text in the card where they begin. */
function drawArchitecture({ frames, cards, arrows }: Architecture): Html {
  const byId = new Map<string, Frame | ArchitectureCard>(
    [...frames, ...cards].map((each) => [each.id, each]),
  );
  const label = ({ id, title }: Frame | ArchitectureCard, lines: readonly string[]) => {
    const own = arrows.filter(({ from }) => from === id);
    const ways = own.map(
      (arrow) => `→ ${byId.get(arrow.to)?.title ?? arrow.to}${arrow.label && ` (${arrow.label})`}`,
    );
    return html`<b>${title}</b>${[...lines, ...ways].map((line) => html`<br><small>${line}</small>`)}`;
  };
  const all = [...byId.values()];
  const inside = (parent: string | undefined): Html => {
    const own = all.flatMap((each) => ("details" in each && each.frame === parent ? [each] : []));
    const around = all.flatMap((each) => (!("details" in each) && each.parent === parent ? [each] : []));
    const list = own.map((card) => html`<li>${label(card, card.details)}</li>`);
    return html`${list.length > 0 && html`<ul>${list}</ul>`}${around.map((frame) => html`<div><p>${label(frame, frame.kind ? [frame.kind] : [])}</p>${inside(frame.id)}</div>`)}`;
  };
  return html`<figure class="flow">${inside(undefined)}</figure>`;
}
