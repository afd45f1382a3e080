import { SSM } from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Simulator } from "../../simulator.ts";
import { startTestSimulator } from "../../test-simulator.support.ts";

let simulator: Simulator;
let ssm: SSM;
beforeAll(async () => {
  simulator = await startTestSimulator();
  ssm = new SSM({ ...simulator.clientConfig, maxAttempts: 1 });
});
afterAll(() => simulator?.close());

const Name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64";

it("a public parameter names an image that instances can be started from", async () => {
  const { Parameter } = await ssm.getParameter({ Name });
  expect(Parameter).toMatchObject({
    Name,
    Type: "String",
    Value: expect.stringMatching(/^ami-[0-9a-f]{17}$/),
  });
  const { Images } = await simulator.aws.ec2.describeImages({ ImageIds: [Parameter?.Value ?? ""] });
  expect(Images?.[0]).toMatchObject({ Architecture: "x86_64", ImageOwnerAlias: "amazon" });
});

it("several are asked for at once, or by their path", async () => {
  const { Parameters, InvalidParameters } = await ssm.getParameters({ Names: [Name, "/mine"] });
  expect([Parameters?.map((each) => each.Name), InvalidParameters]).toEqual([[Name], ["/mine"]]);
  const path = { Path: "/aws/service/ami-amazon-linux-latest/", MaxResults: 5 };
  const first = await ssm.getParametersByPath(path);
  const second = await ssm.getParametersByPath({ ...path, NextToken: first.NextToken });
  expect([first.Parameters?.length, (second.Parameters?.length ?? 0) > 0]).toEqual([5, true]);
  expect((await ssm.getParametersByPath({ Path: "/aws/service" })).Parameters).toEqual([]);
  expect((await ssm.getParametersByPath({ Path: "/aws/service", Recursive: true })).Parameters).toHaveLength(
    10,
  );
});

it("what is not there is named", async () => {
  await expect(ssm.getParameter({ Name: "/mine" })).rejects.toMatchObject({
    name: "ParameterNotFound",
    message: expect.stringContaining("/mine was not found"),
  });
  await expect(ssm.putParameter({ Name: "/mine", Value: "x", Type: "String" })).rejects.toMatchObject({
    name: "UnknownOperationException",
  });
});
