import { expect, test } from "vitest";
import { eachInOrder, reversed } from "./each-in-order.ts";

const needs = new Map([
  ["network", new Set<string>()],
  ["registry", new Set<string>()],
  ["database", new Set(["network"])],
  ["services", new Set(["database", "registry"])],
]);

test("begins each after what it needs, and deletes in the other direction", async () => {
  const order: string[] = [];
  await eachInOrder(needs, async (name) => void order.push(name));
  expect(order.indexOf("database")).toBeGreaterThan(order.indexOf("network"));
  expect(order.at(-1)).toBe("services");
  const back: string[] = [];
  await eachInOrder(reversed(needs), async (name) => void back.push(name));
  expect(back[0]).toBe("services");
  expect(back.indexOf("network")).toBeGreaterThan(back.indexOf("database"));
});

test("runs independent work in parallel", async () => {
  const begun: string[] = [];
  let release = () => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const all = eachInOrder(needs, async (name) => {
    begun.push(name);
    if (begun.length === 2) release();
    await gate;
  });
  await gate;
  expect(begun.toSorted()).toEqual(["network", "registry"]);
  await all;
});

test("begins nothing new after a failure, awaits what runs, and throws the first failure", async () => {
  const done: string[] = [];
  const run = eachInOrder(needs, async (name) => {
    if (name === "network") throw new Error("network failed");
    await new Promise(setImmediate);
    done.push(name);
  });
  await expect(run).rejects.toThrow("network failed");
  expect(done).toEqual(["registry"]);
});

test("with continues, leaves out only what needs the failed one", async () => {
  const done: string[] = [];
  const run = eachInOrder(
    needs,
    async (name) => {
      if (name === "database") throw new Error("database failed");
      done.push(name);
    },
    { continues: true },
  );
  await expect(run).rejects.toThrow("database failed");
  expect(done.toSorted()).toEqual(["network", "registry"]);
});
