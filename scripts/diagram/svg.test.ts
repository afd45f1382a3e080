import { expect, test } from "vitest";
import type { Diagram } from "../../actions/shared/diagram/diagram.ts";
import { layOut } from "./layout.ts";
import { dark, diagramSvg, light } from "./svg.ts";

const hostile = `<script>alert("1")</script> & ]]>`;
const card = { service: "", icon: "server", details: [], resources: [] } as const;
const diagram: Diagram = {
  groups: [{ id: "frame", parent: undefined, kind: "public-subnets", title: hostile, details: [hostile] }],
  nodes: [
    { ...card, id: "in", group: "frame", title: "inside" },
    { ...card, id: "out", group: undefined, title: hostile },
  ],
  edges: [{ from: "out", to: "in", label: hostile, isDashed: true, isUpward: false }],
};

test("texts are escaped once", async () => {
  const svg = diagramSvg(diagram, await layOut(diagram), hostile);
  expect(svg).not.toContain("<script");
  expect(svg).not.toContain("&amp;lt;");
  expect(svg).toContain("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; ]]&gt;");
});

test("a text alternative has its title and its arrows", async () => {
  const [edge] = diagram.edges;
  const plain: Diagram = {
    ...diagram,
    nodes: diagram.nodes.map((node) => ({ ...node, title: node.id })),
    edges: edge ? [{ ...edge, label: "asks" }] : [],
  };
  const svg = diagramSvg(plain, await layOut(plain), "The shop");
  expect(svg).toContain('role="img" aria-labelledby="title desc"');
  expect(svg).toContain('<title id="title">The shop</title>\n<desc id="desc">out to in: asks.</desc>');
});

test("colours follow the reader's preference", async () => {
  expect(diagramSvg(diagram, await layOut(diagram), "A")).toContain("@media (prefers-color-scheme: dark)");
});

const onGrounds: readonly (readonly [text: keyof typeof light, grounds: readonly (keyof typeof light)[]])[] =
  [
    ["text", ["page", "card"]],
    ["quiet", ["page", "card", "public-ground", "private-ground"]],
    ["vpc", ["page", "public-ground", "private-ground"]],
    ["public", ["public-ground"]],
    ["private", ["private-ground"]],
    ["cluster", ["page", "public-ground", "private-ground"]],
  ];
const pairs = onGrounds.flatMap(([text, grounds]) => grounds.map((ground) => [text, ground] as const));

test.each(pairs)("%s on %s is readable, light and dark", (text, ground) => {
  for (const colours of [light, dark])
    expect(contrast(colours[text], colours[ground])).toBeGreaterThanOrEqual(4.5);
});

/** WCAG 2.2, "contrast ratio". */
function contrast(one: string, other: string): number {
  const [dim = 0, bright = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (bright + 0.05) / (dim + 0.05);
}

/** WCAG 2.2, "relative luminance". */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((start) => {
    const part = Number.parseInt(colour.slice(start, start + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
