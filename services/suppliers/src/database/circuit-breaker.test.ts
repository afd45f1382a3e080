import { beforeEach, describe, expect, it } from "vitest";
import { createCircuitBreaker } from "./circuit-breaker.ts";

const works = async () => "connection";
const refused = () =>
  Promise.reject(Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" }));
const serverFull = () =>
  Promise.reject(Object.assign(new Error("Too many connections"), { code: "ER_CON_COUNT_ERROR" }));

/** A pending connection whose result the test decides. */
function pending() {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  return {
    connect: () => promise,
    succeed: () => resolve("connection"),
    fail: () => reject(new Error("hangs")),
  };
}

describe("a circuit breaker after a failed connection", () => {
  let time: number;
  let attempt: ReturnType<typeof createCircuitBreaker>;
  let tried: number;
  const connect = (action: () => Promise<string>) =>
    attempt(() => {
      tried++;
      return action();
    });
  beforeEach(async () => {
    time = 0;
    attempt = createCircuitBreaker(250, () => time);
    await expect(attempt(refused)).rejects.toThrow("no connection to the database: connect ECONNREFUSED");
    tried = 0;
  });

  it("makes no attempt for a moment, and returns the reason to all callers", async () => {
    time = 249;
    await expect(connect(works)).rejects.toThrow("no connection to the database: connect ECONNREFUSED");
    expect(tried).toBe(0);
  });

  it("makes one attempt then, whose success serves all callers", async () => {
    time = 250;
    const probe = pending();
    const probing = connect(probe.connect);
    await expect(connect(works)).rejects.toThrow("ECONNREFUSED");
    expect(tried).toBe(1);
    probe.succeed();
    expect(await probing).toBe("connection");
    expect(await Promise.all([connect(works), connect(works)])).toEqual(["connection", "connection"]);
  });

  it("pauses again when the attempt fails", async () => {
    time = 250;
    const probe = pending();
    const probing = connect(probe.connect);
    time = 2250;
    probe.fail();
    await expect(probing).rejects.toThrow("hangs");
    time = 2499;
    await expect(connect(works)).rejects.toThrow("hangs");
    time = 2500;
    expect(await connect(works)).toBe("connection");
  });
});

it("a server without free connections is tried again at once: the open ones still work", async () => {
  const attempt = createCircuitBreaker(250, () => 0);
  await expect(attempt(serverFull)).rejects.toThrow("Too many connections");
  expect(await attempt(works)).toBe("connection");
});
