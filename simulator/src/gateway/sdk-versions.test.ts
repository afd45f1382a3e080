import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const { dependencies } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));

test("clients whose private schemas are read have exact versions", () => {
  const clients = Object.entries<string>(dependencies).filter(([name]) =>
    name.startsWith("@aws-sdk/client-"),
  );
  expect(clients.length).toBeGreaterThan(15);
  expect(clients.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
});
