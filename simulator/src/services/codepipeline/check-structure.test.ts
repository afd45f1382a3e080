import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parse } from "yaml";
import type { AwsError } from "../../kit/errors.ts";
import { checkStructure } from "./check-structure.ts";
import { deliveryPipeline } from "./pipeline.support.ts";

type Changes = Record<string, unknown>;

const text = readFileSync(new URL("structures.yaml", import.meta.url), "utf8");
const table: Record<string, Record<string, Changes>> = parse(text, { merge: true });
const rows = Object.entries(table).flatMap(([outcome, cases]) =>
  Object.entries(cases).map(([name, changes]) => [name, changes, outcome] as const),
);

function change(pipeline: object, path: string, value: unknown): void {
  const steps = path.split(".");
  const last = steps.pop() ?? "";
  // biome-ignore lint/suspicious/noExplicitAny: the table's paths fit the pipeline
  const holder = steps.reduce((part: any, step) => part[step], pipeline);
  if (last.startsWith("+")) holder.splice(Number(last), 0, value);
  else if (value !== null) holder[last] = value;
  else if (Array.isArray(holder)) holder.splice(Number(last), 1);
  else delete holder[last];
}

it.each(rows)("%s", (_, changes, expected) => {
  const pipeline = structuredClone(deliveryPipeline("delivery"));
  for (const [path, value] of Object.entries(changes)) change(pipeline, path, value);
  let outcome = "accepted";
  try {
    checkStructure(pipeline, "us-east-1");
  } catch (error) {
    outcome = `${(error as AwsError).code}: ${(error as Error).message}`;
  }
  expect(outcome).toContain(expected);
});
