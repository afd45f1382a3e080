import { expect, it } from "vitest";
import { shareCheck } from "./container-metadata.ts";

function setUp() {
  const checks: PromiseWithResolvers<void>[] = [];
  let time = 0;
  const ask = shareCheck(
    () => {
      const check = Promise.withResolvers<void>();
      checks.push(check);
      return check.promise;
    },
    () => time,
  );
  return { checks, ask, pass: (ms: number) => (time += ms) };
}

it("checks once for all requests during the check, however long it takes, and for a second more", async () => {
  const { checks, ask, pass } = setUp();
  const first = ask();
  pass(60_000);
  const second = ask();
  checks[0]?.resolve();
  await Promise.all([first, second]);
  pass(999);
  await ask();
  expect(checks).toHaveLength(1);
  pass(1);
  ask();
  expect(checks).toHaveLength(2);
});

it("returns a failure to all waiting callers, and checks again after it", async () => {
  const { checks, ask, pass } = setUp();
  const asked = [ask(), ask()];
  checks[0]?.reject(new Error("no database"));
  for (const answer of asked) await expect(answer).rejects.toThrow("no database");
  await expect(ask()).rejects.toThrow("no database");
  pass(1000);
  const next = ask();
  checks[1]?.resolve();
  await next;
});
