import { readFileSync } from "node:fs";
import { expect, it, test } from "vitest";
import { enumsOf } from "./enums.ts";
import { findOperation, loadModel, wireModels } from "./models.ts";

it.each([...new Set(wireModels.map(({ client }) => client))])("reads the enumerations of %s", (client) => {
  const enums = [...enumsOf(client).values()].flatMap((members) => [...members.values()]);
  expect(enums.length).toBeGreaterThan(0);
  expect(enums.filter((values) => values.length === 0)).toEqual([]);
});

it.each(wireModels)("finds the operations of $service, for $protocol, among its schemas", async (model) => {
  const schemas = await loadModel(model);
  const names = Object.keys(schemas).map((name) => name.replace(/\$$/, ""));
  expect(names.filter((name) => findOperation(schemas, name)?.input)).not.toEqual([]);
});

const { dependencies } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));

test("clients whose private schemas are read have exact versions", () => {
  const clients = Object.entries<string>(dependencies).filter(([name]) =>
    name.startsWith("@aws-sdk/client-"),
  );
  expect(clients.length).toBeGreaterThan(15);
  expect(clients.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
});
