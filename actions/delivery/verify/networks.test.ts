import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEcsStage } from "../ecs/stage.support.ts";
import { createStage, type Stage } from "../stage.support.ts";
import {
  type Change,
  closedGroup,
  createDatabase,
  endpoints,
  healthPort,
  noRoute,
  type Parts,
  partsOf,
  throughNat,
} from "./networks.support.ts";

describe.each([
  ["CodeDeploy", createStage],
  ["ECS", () => createEcsStage({ strategy: "ROLLING" })],
])("deployed by %s", (_, create) => {
  let stage: Stage;
  let parts: Parts;
  let database: Awaited<ReturnType<typeof createDatabase>>;
  beforeAll(async () => {
    stage = await create();
    parts = await partsOf(stage);
    database = await createDatabase(parts);
  });
  afterAll(() => stage.close());

  async function plan(change?: Change, environment: Record<string, string> = {}) {
    const undo = await change?.(parts);
    const values = Object.entries({ VERSION: "1", ...environment }).map(([name, value]) => ({ name, value }));
    const definition = JSON.parse(await readFile(await stage.taskDefinition("1"), "utf8"));
    definition.containerDefinitions[0].environment = values;
    const { error, record } = await stage.deploy("planned", {}, { definition });
    await undo?.();
    return { error, record, texts: record.findings.map(({ text, fix }) => `${text} | ${fix}`) };
  }
  const withDatabase = () => ({ DB_URL: `mysql://nodeapp@${database.host}:3306/COFFEE` });

  it.each<[string, Change, RegExp]>([
    [
      "no way out",
      noRoute,
      /^tasks in subnet-\w+, subnet-\w+ cannot reach Amazon ECR, CloudWatch Logs: route table rtb-\w+ has no route .* \| aws ec2 create-route/,
    ],
    ["a NAT gateway without a way out", throughNat(false), /which has no way out but itself/],
    [
      "a missing endpoint",
      endpoints("ecr.api", "logs", "s3"),
      /has no endpoint for ecr\.dkr \| aws ec2 create-vpc-endpoint/,
    ],
    [
      "a closed group",
      closedGroup,
      /^the security groups of the tasks \(sg-\w+\) do not admit the load balancer \w+ \(sg-\w+\) on port 8080, so its health checks time out \| aws ec2 authorize-security-group-ingress/,
    ],
    ["a closed port of the health checks", healthPort, /on port 9000, so its health checks time out/],
  ])("refuses %s before anything changes", async (_, change, expected) => {
    const { error, record, texts } = await plan(change);
    expect(texts.filter((text) => expected.test(text))).toHaveLength(1);
    expect(error?.nextStep).toMatch(/nothing was changed\.$/);
    expect(record.revisionAfter).toBe("");
  });

  it("refuses a database that does not admit the tasks, and accepts it once it does", async () => {
    const { texts } = await plan(undefined, withDatabase());
    expect(texts).toEqual([
      expect.stringMatching(
        /^the security groups of the database shop \(sg-\w+\) do not admit the tasks \(sg-\w+\) on port 3306 \| aws ec2 authorize-security-group-ingress --group-id sg-\w+ --protocol tcp --port 3306 --source-group sg-\w+$/,
      ),
    ]);
    const [, group = "", source = ""] = /--group-id (\S+) .*--source-group (\S+)/.exec(texts[0] ?? "") ?? [];
    const UserIdGroupPairs = [{ GroupId: source }];
    const IpPermissions = [{ IpProtocol: "tcp", FromPort: 3306, ToPort: 3306, UserIdGroupPairs }];
    await parts.ec2.authorizeSecurityGroupIngress({ GroupId: group, IpPermissions });
    expect(await plan(undefined, withDatabase())).toMatchObject({ error: undefined, texts: [] });
  });

  it.each<[string, Change]>([
    ["a NAT gateway", throughNat(true)],
    ["endpoints", endpoints("ecr.api", "ecr.dkr", "logs", "s3")],
  ])("accepts %s", async (_, change) => {
    expect(await plan(change)).toMatchObject({ error: undefined, texts: [] });
  });

  it.each(["deny", "throttle", "server-error"] as const)(
    "gives one note for %s, and deploys",
    async (kind) => {
      for (const operation of ["ec2:DescribeSubnets", "ec2:DescribeRouteTables", "rds:*"])
        stage.simulator.faults.add({ kind, operation });
      const { error, record } = await plan(closedGroup, withDatabase());
      stage.simulator.faults.clear();
      expect(error).toBeUndefined();
      expect(record.findings).toEqual([
        { kind: "note", text: expect.stringMatching(/^Networks were not checked: the VPC: /) },
      ]);
    },
  );
});
