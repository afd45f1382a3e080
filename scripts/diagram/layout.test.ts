import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { Diagram } from "../../actions/shared/diagram/diagram.ts";
import { type Box, type Layout, layOut } from "./layout.ts";
import { drawProfile } from "./profile.ts";
import { contains } from "./svg.ts";

const templates = resolve(import.meta.dirname, "../../infra-templates");
const profiles = readdirSync(join(templates, "parameters")).map((file) => file.replace(".json", ""));

describe.each(profiles)("the picture of the profile %s", (profile) => {
  let diagram: Diagram;
  let layout: Layout;
  beforeAll(async () => {
    diagram = drawProfile(templates, profile);
    layout = await layOut(diagram);
  });
  const boxOf = (id: string | undefined): Box =>
    layout.boxes.get(id ?? "") ?? { x: 0, y: 0, width: layout.width, height: layout.height };

  test("has every card and frame inside its frame", () => {
    const outside = [
      ...diagram.nodes.filter(({ id, group }) => !contains(boxOf(group), boxOf(id))),
      ...diagram.groups.filter(({ id, parent }) => !contains(boxOf(parent), boxOf(id))),
    ];
    expect(outside.map(({ id }) => id)).toEqual([]);
  });

  test("has no overlapping cards or labels", () => {
    const labels = layout.routes.flatMap(({ edge, label }) => (label ? [[edge.label, label] as const] : []));
    const all = [...diagram.nodes.map(({ id }) => [id, boxOf(id)] as const), ...labels];
    const pairs = all.flatMap(([one, box], index) =>
      all.slice(index + 1).map(([other, otherBox]) => ({ one, other, boxes: [box, otherBox] as const })),
    );
    expect(pairs.filter(({ boxes }) => overlap(...boxes)).map(({ one, other }) => [one, other])).toEqual([]);
  });

  test("has only straight lines, which cross no card", () => {
    const strips = layout.routes.flatMap(({ edge, points }) =>
      points.slice(1).map((to, index) => ({ edge, ...stripOf(points[index] ?? to, to) })),
    );
    expect(strips.filter(({ width, height }) => width > 0 && height > 0)).toEqual([]);
    const crossings = diagram.nodes.flatMap(({ id }) =>
      strips.filter((strip) => overlap(strip, boxOf(id))).map(({ edge }) => [edge.label, id]),
    );
    expect(crossings).toEqual([]);
  });
});

function overlap(one: Box, other: Box): boolean {
  return (
    one.x < other.x + other.width &&
    other.x < one.x + one.width &&
    one.y < other.y + other.height &&
    other.y < one.y + one.height
  );
}

function stripOf(from: { x: number; y: number }, to: { x: number; y: number }): Box {
  const [x, y] = [Math.min(from.x, to.x), Math.min(from.y, to.y)];
  return { x, y, width: Math.abs(from.x - to.x), height: Math.abs(from.y - to.y) };
}
