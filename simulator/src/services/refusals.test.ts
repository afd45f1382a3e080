import { globSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { startTestSimulator } from "../test-simulator.support.ts";
import { callOverWire, prepareRefusals, readRefusals } from "./refusals.support.ts";

const simulator = await startTestSimulator();
afterAll(() => simulator.close());
await prepareRefusals(simulator);

const files = globSync("{gateway,services,services/*}/refusals.yaml", {
  cwd: join(import.meta.dirname, ".."),
});

describe.each(files)("%s: a client is refused", (file) => {
  it.each(readRefusals(new URL(`../${file}`, import.meta.url)))(
    "$code for $operation: $words",
    async ({ service, operation, input, code, words }) => {
      const call = await callOverWire(simulator, service);
      const refusal = { name: code, message: expect.stringContaining(words) };
      await expect(call(operation, input)).rejects.toMatchObject(refusal);
    },
  );
});
