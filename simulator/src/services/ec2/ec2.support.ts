import type { Call } from "../../kit/calls.support.ts";
import { createTestEnvironment } from "../../test-environment.support.ts";
import { ec2 } from "./service.ts";

/** Creates EC2 with its own clock, which advances only when the test says so. */
export async function ec2InTime(): Promise<{ call: Call; pass(seconds: number): void }> {
  let now = new Date("2026-01-01T00:00:00Z");
  const clock = { scale: 1, now: () => now, toWall: (ms: number) => ms, wait: async () => {} };
  const environment = await createTestEnvironment();
  await environment.remove();
  const operations = ec2.create({ ...environment, clock }).operations as Record<
    string,
    (...args: object[]) => unknown
  >;
  return {
    call: (name, input) => operations[name]?.(input, { accessKeyId: "test", sourceIp: "127.0.0.1" }),
    pass: (seconds) => {
      now = new Date(now.getTime() + 1000 * seconds);
    },
  };
}
