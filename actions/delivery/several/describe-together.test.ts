import { DescribeServicesCommand, ECSClient } from "@aws-sdk/client-ecs";
import { expect, test } from "vitest";
import { createFakeAws, fakeConfig, named } from "../../core/fake-aws.support.ts";
import { systemClock } from "../../core/pace.ts";
import { describeTogether } from "./describe-together.ts";

const denied = named("AccessDeniedException", "not authorized on service/c/b");
const throttled = named("ThrottlingException", "slow down");

function together(fake: ReturnType<typeof createFakeAws>["fake"], inProgress: number) {
  const context = { clock: { ...systemClock, wait: async () => {} }, signal: new AbortController().signal };
  return describeTogether(fake(new ECSClient(fakeConfig)), context, () => inProgress);
}

test.each<[string, Error | undefined, string[], string]>([
  ["asks about up to ten per call", undefined, ["abcdefghij", "k"], "aabbccddeeffgghhiijjkk"],
  [
    "asks about each alone that AWS denies together",
    denied,
    ["abcdefghij", ..."abcdefghijk"],
    "aaccddeeffgghhiijjkk",
  ],
  ["fails all of a throttled call", throttled, ["abcdefghij", "k"], "kk"],
])("%s", async (_, error, expected, responses) => {
  const { answers, inputs, fake } = createFakeAws();
  answers.DescribeServices = ({ services }: { services: string[] }) => {
    if (error && services.includes("b")) throw error;
    return { services: services.map((serviceName) => ({ serviceName })), failures: [] };
  };
  const ecs = together(fake, 11);
  const found = await Promise.allSettled(
    [..."abcdefghijk"].map(async (name) => {
      const { services = [] } = await ecs.send(new DescribeServicesCommand({ services: [name] }));
      return name + services.map(({ serviceName }) => serviceName).join("");
    }),
  );
  expect(inputs("DescribeServices").map(({ services }) => services.join(""))).toEqual(expected);
  expect(found.map((each) => (each.status === "fulfilled" ? each.value : "")).join("")).toBe(responses);
});

test("asks separately where the rest of the call differs", async () => {
  const { answers, inputs, fake } = createFakeAws();
  answers.DescribeServices = { services: [] };
  const ecs = together(fake, 2);
  const calls = [
    { cluster: "a", services: ["x", "y"] },
    { cluster: "a", services: ["x"] },
    { cluster: "b", services: ["x"] },
    { cluster: "a", services: ["x"], include: ["TAGS" as const] },
  ];
  await Promise.all(calls.map((call) => ecs.send(new DescribeServicesCommand(call))));
  expect(inputs("DescribeServices")).toEqual(calls);
});
