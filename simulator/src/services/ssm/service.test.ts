import { SSM } from "@aws-sdk/client-ssm";
import { afterAll, expect, it } from "vitest";
import { startTestSimulator } from "../../test-simulator.support.ts";

const simulator = await startTestSimulator();
afterAll(() => simulator.close());
const ssm = new SSM({ ...simulator.clientConfig, maxAttempts: 1 });

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

it("several are read at once", async () => {
  const { Parameters, InvalidParameters } = await ssm.getParameters({ Names: [Name, "/mine"] });
  expect([Parameters?.map((each) => each.Name), InvalidParameters]).toEqual([[Name], ["/mine"]]);
});

it("a parameter of the account is created, read, overwritten and deleted", async () => {
  const mine = { Name: "/shop/colour", Value: "blue", Type: "String" as const };
  await ssm.putParameter({ ...mine, Tags: [{ Key: "team", Value: "web" }] });
  await expect(ssm.putParameter({ ...mine, Value: "green" })).rejects.toMatchObject({
    name: "ParameterAlreadyExists",
  });
  expect(await ssm.putParameter({ ...mine, Value: "green", Overwrite: true })).toMatchObject({ Version: 2 });
  expect((await ssm.getParameter({ Name: mine.Name })).Parameter).toMatchObject({ Version: 2 });
  const ARN = "arn:aws:ssm:us-east-1:123456789012:parameter/shop/colour";
  expect((await ssm.getParameter({ Name: ARN })).Parameter).toMatchObject({ ARN, Value: "green" });
  const { TagList } = await ssm.listTagsForResource({ ResourceType: "Parameter", ResourceId: mine.Name });
  expect(TagList).toEqual([{ Key: "team", Value: "web" }]);
  await ssm.deleteParameter({ Name: mine.Name });
  await expect(ssm.deleteParameter({ Name: mine.Name })).rejects.toMatchObject({ name: "ParameterNotFound" });
});

it("an encrypted parameter shows its value only when decrypted", async () => {
  await ssm.putParameter({ Name: "/key", Value: "coffee", Type: "SecureString" });
  const read = async (WithDecryption: boolean) =>
    (await ssm.getParameters({ Names: ["/key"], WithDecryption })).Parameters?.[0]?.Value;
  expect([await read(true), await read(false)]).toEqual(["coffee", expect.stringMatching(/^AQICAH/)]);
});
