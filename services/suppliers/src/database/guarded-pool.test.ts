import { beforeEach, describe, expect, it } from "vitest";
import { createBulkhead, createCircuitBreaker, type Deadline } from "./guarded-pool.ts";

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

const deadline = (): Deadline => ({ giveUp: () => {} });

describe("a bulkhead of two places, with two more to wait", () => {
  const create = async () => {
    const bulkhead = createBulkhead(2, 2);
    const entered: string[] = [];
    const enter = async (name: string, until = deadline()) => {
      await bulkhead.enter(until);
      entered.push(name);
    };
    await Promise.all([enter("a"), enter("b")]);
    return { bulkhead, entered, enter };
  };

  it("admits the request that has waited longest", async () => {
    const { bulkhead, entered, enter } = await create();
    const waiting = [enter("c"), enter("d")];
    bulkhead.leave();
    await waiting[0];
    expect(entered).toEqual(["a", "b", "c"]);
    bulkhead.leave();
    await waiting[1];
    expect(entered).toEqual(["a", "b", "c", "d"]);
  });

  it("refuses one more at once, until there is room again", async () => {
    const { bulkhead, enter } = await create();
    const waiting = [enter("c"), enter("d")];
    await expect(enter("e")).rejects.toThrow("2 statements already wait for a connection to the database");
    bulkhead.leave();
    const later = enter("f");
    bulkhead.leave();
    bulkhead.leave();
    await Promise.all([...waiting, later]);
  });

  it("removes a request that has timed out", async () => {
    const { bulkhead, entered, enter } = await create();
    const until = deadline();
    const inVain = enter("c", until);
    const patient = enter("d");
    until.giveUp(new Error("too late"));
    await expect(inVain).rejects.toThrow("too late");
    bulkhead.leave();
    await patient;
    expect(entered).toEqual(["a", "b", "d"]);
  });
});
