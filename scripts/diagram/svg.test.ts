import { expect, test } from "vitest";
import type { Diagram } from "../../actions/shared/diagram/diagram.ts";
import { layOut } from "./layout.ts";
import { diagramSvg } from "./svg.ts";

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
