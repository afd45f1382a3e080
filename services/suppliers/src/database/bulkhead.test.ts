import { describe, expect, it } from "vitest";
import { createBulkhead } from "./bulkhead.ts";
import type { Deadline } from "./deadline.ts";

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
