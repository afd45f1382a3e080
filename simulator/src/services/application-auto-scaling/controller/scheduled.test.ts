import { describe, expect, it } from "vitest";
import { fixtureOfEachTest, target } from "./fixture.support.ts";

const fixture = fixtureOfEachTest();

describe("a scheduled action", () => {
  const put = (Schedule: string, ScalableTargetAction: object, ScheduledActionName = "morning") =>
    fixture().scaling.putScheduledAction({ ...target, ScheduledActionName, Schedule, ScalableTargetAction });
  const list = async () =>
    (await fixture().scaling.describeScheduledActions({ ServiceNamespace: "ecs" })).ScheduledActions ?? [];

  it("sets the range at its time, and the count with it", async () => {
    await fixture().register(1, 1);
    await put("rate(5 minutes)", { MinCapacity: 2, MaxCapacity: 3 });
    expect(await list()).toMatchObject([
      {
        ScheduledActionName: "morning",
        ScheduledActionARN: expect.stringMatching(
          /:scheduledAction:.+:resource\/ecs\/service\/outside\/web:scheduledActionName\/morning$/,
        ),
        Schedule: "rate(5 minutes)",
      },
    ]);
    await fixture().eventually(async () => expect(await fixture().desired()).toBe(2));
    const { ScalableTargets } = await fixture().scaling.describeScalableTargets({ ServiceNamespace: "ecs" });
    expect(ScalableTargets).toMatchObject([{ MinCapacity: 2, MaxCapacity: 3 }]);
    expect((await fixture().activities()).slice(-2)).toMatchObject([
      { Description: "Setting desired count to 2.", Cause: "minimum capacity was set to 2" },
      {
        Description: "Setting min capacity to 2 and max capacity to 3",
        Cause: "scheduled action name morning was triggered",
        StatusMessage: "Successfully set min capacity to 2 and max capacity to 3",
        StatusCode: "Successful",
      },
    ]);
  });

  it("runs once at its time, on the simulator's clock", async () => {
    await fixture().register(1, 1);
    const inTenMinutes = new Date(fixture().simulator.clock.foreground.now() + 600_000)
      .toISOString()
      .slice(0, 19);
    await put(`at(${inTenMinutes})`, { MaxCapacity: 0, MinCapacity: 0 });
    await fixture().eventually(async () => expect(await fixture().desired()).toBe(0));
    await fixture().minutes(20);
    expect(await fixture().activities()).toHaveLength(2);
  });

  it("does not run while it is suspended, deleted, or past its end", async () => {
    await fixture().register(1, 1);
    await put("rate(5 minutes)", { MinCapacity: 0, MaxCapacity: 0 }, "deleted");
    await fixture().scaling.deleteScheduledAction({ ...target, ScheduledActionName: "deleted" });
    await fixture().scaling.putScheduledAction({
      ...{ ...target, ScheduledActionName: "ended", Schedule: "rate(5 minutes)" },
      EndTime: new Date(fixture().simulator.clock.foreground.now() + 1000),
      ScalableTargetAction: { MinCapacity: 0, MaxCapacity: 0 },
    });
    await fixture().minutes(10);
    expect(await fixture().activities()).toEqual([]);
    await fixture().scaling.registerScalableTarget({
      ...{ ...target, SuspendedState: { ScheduledScalingSuspended: true } },
    });
    await put("rate(1 minute)", { MinCapacity: 0, MaxCapacity: 0 });
    await fixture().minutes(5);
    expect(await fixture().activities()).toEqual([]);
  });

  it.each([
    ["rate(1 fortnight)", { MinCapacity: 1 }, "rate(value unit)"],
    ["at(2020-01-01T00:00:00)", { MinCapacity: 1 }, "has no time to come"],
    ["rate(5 minutes)", {}, "needs MinCapacity, MaxCapacity, or both"],
    ["rate(5 minutes)", { MinCapacity: 2, MaxCapacity: 1 }, "cannot be less than minimum capacity"],
  ])("of %s and %j is refused", async (schedule, action, message) => {
    await fixture().register(1, 1);
    await expect(put(schedule, action)).rejects.toThrow(message);
    expect(await list()).toEqual([]);
  });
});
