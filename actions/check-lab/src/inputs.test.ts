import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import weights from "../weights.json" with { type: "json" };
import { readCheckInputs } from "./inputs.ts";
import { phase10, phases } from "./phases/phases.ts";

const folder = mkdtempSync(join(tmpdir(), "check-lab-inputs-"));
afterAll(() => rmSync(folder, { recursive: true }));

const read = (inputs: Record<string, string>) => readCheckInputs((name) => inputs[name] ?? "", {});
const file = (text: string) => {
  const path = join(folder, "weights.yaml");
  writeFileSync(path, text);
  return path;
};

it("checks all phases in us-east-1, and fails below 100 %, by default", () => {
  const inputs = read({});
  expect(inputs.phases).toEqual(phases);
  expect(inputs).toMatchObject({ region: "us-east-1", threshold: 100, way: "all", student: "this account" });
});

it("has a weight for every item, and no other", () => {
  const ids = [...phases, phase10].flatMap(({ items }) => items.map(({ id }) => id));
  expect(Object.keys(weights)).toEqual(ids);
});

it("has items that wait only for other items, never in a circle", () => {
  const items = new Map([...phases, phase10].flatMap(({ items }) => items.map((item) => [item.id, item])));
  const follow = (id: string, path: readonly string[] = []): void => {
    expect(path).not.toContain(id);
    expect(items.has(id)).toBe(true);
    for (const cause of items.get(id)?.after ?? []) follow(cause, [...path, id]);
  };
  for (const id of items.keys()) follow(id);
});

it("lays a teacher's weights over its own", () => {
  const { weights } = read({ weights: file("6.admin-path: 3\n5.repository-policy: 1\n") });
  expect(weights).toMatchObject({ "6.admin-path": 3, "5.repository-policy": 1, "6.listeners": 1 });
});

it.each([
  [{ phases: "5,12" }, 'Input phases has "12"; allowed: 1, 2, 3, 4, 5, 6, 7, 8, 9, 10'],
  [{ site: "shop.example.com" }, 'Input site is "shop.example.com"; expected an address such as http://shop'],
  [{ "browser-address": "fe80::1" }, 'Input browser-address is "fe80::1"; expected an IPv4 address'],
  [{ threshold: "101" }, 'Input threshold is "101"; expected a whole number from 0 to 100'],
  [{ way: "terraform" }, 'Input way is "terraform"; allowed: all, console, cli, templates'],
  [{ repository: "/no/such/folder" }, "Input repository: folder /no/such/folder does not exist"],
  [{ weights: "/no/such/file" }, "Input weights: file /no/such/file does not exist"],
  [{ way: "x", threshold: "-1" }, "2 inputs are wrong"],
])("refuses %j", (inputs, message) => {
  expect(() => read(inputs as Record<string, string>)).toThrow(message);
});

it.each([
  ["6.admin-pathh: 3", 'has the unknown item "6.admin-pathh"; did you mean "6.admin-path"?'],
  ["6.admin-path: -1", "6.admin-path in"],
  ["6.admin-path: many", "must be a number from 0 to 1000"],
  ["6.admin-path: .inf", "must be a number from 0 to 1000"],
  ["- 6.admin-path", "is not an object of numbers by item"],
])("refuses the weights %s", (text, message) => {
  expect(() => read({ weights: file(text) })).toThrow(message);
});
