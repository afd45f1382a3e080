import { DescribeServicesCommand, ECSClient } from "@aws-sdk/client-ecs";
import { expect, test } from "vitest";
import { createFakeAws, fakeConfig, named } from "../../core/fake-aws.support.ts";
import { systemClock } from "../../core/pace.ts";
import { describeTogether } from "./describe-together.ts";

/** Reads services of one cluster together; those that begin with `x` do not exist. */
function open(refuse: (services: readonly string[]) => Error | undefined = () => undefined) {
  const { answers, inputs, fake } = createFakeAws(named("Unknown", "not expected"));
  answers.DescribeServices = ({ services = [] }: { services?: string[] }) => {
    const error = refuse(services);
    if (error) throw error;
    return {
      services: services.filter((name) => !name.startsWith("x")).map((serviceName) => ({ serviceName })),
      failures: services
        .filter((name) => name.startsWith("x"))
        .map((name) => ({ arn: `arn:aws:ecs:us-east-1:1:service/c/${name}`, reason: "MISSING" })),
    };
  };
  const context = { clock: { ...systemClock, wait: async () => {} }, signal: new AbortController().signal };
  const ecs = describeTogether(fake(new ECSClient(fakeConfig)), context, () => 100);
  const read = (name: string) => ecs.send(new DescribeServicesCommand({ cluster: "c", services: [name] }));
  return { read, calls: () => inputs("DescribeServices").map(({ services }) => services) };
}

test("asks about up to ten services per call, and gives each read its own response", async () => {
  const { read, calls } = open();
  const names = [..."abcdefghijx"];
  const found = await Promise.all(names.map(read));
  expect(calls()).toEqual([[..."abcdefghij"], ["x"]]);
  expect(found.map(({ services }) => services?.map(({ serviceName }) => serviceName))).toEqual([
    ...[..."abcdefghij"].map((name) => [name]),
    [],
  ]);
  expect(found.at(-1)?.failures).toMatchObject([{ reason: "MISSING" }]);
  expect(found[0]?.failures).toEqual([]);
});

test("reads a service alone where AWS refuses a call for several", async () => {
  const denied = named("AccessDeniedException", "not authorized on service/c/b");
  const { read, calls } = open((services) => (services.includes("b") ? denied : undefined));
  const found = await Promise.allSettled(["a", "b"].map(read));
  expect(found.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
  expect(calls()).toEqual([["a", "b"], ["a"], ["b"]]);
});

test("fails all reads of a call that AWS throttles, as each is repeated", async () => {
  const { read, calls } = open(() => named("ThrottlingException", "slow down"));
  const found = await Promise.allSettled(["a", "b"].map(read));
  expect(found.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(calls()).toEqual([["a", "b"]]);
});
