import { readFile } from "node:fs/promises";
import { afterAll, expect, test } from "vitest";
import { startTestSimulator } from "../../test-simulator.support.ts";

const folder = new URL("../../../../infra-templates/", import.meta.url);
/** In the order of their imports. */
const names = ["network", "database", "registry", "cluster", "load-balancer", "services", "observability"];

/** Parameters of templates that have no default for them. */
const parameters: Readonly<Record<string, readonly string[]>> = {
  network: ["TestSourceIps"],
  "load-balancer": ["AdminSourceIps"],
};

const simulator = await startTestSimulator();
afterAll(() => simulator.close());

async function describe(StackName: string) {
  return (await simulator.aws.cloudformation.describeStacks({ StackName })).Stacks?.[0];
}

/** Returns `LogicalId STATUS path expected → actual` for drifted resources. */
async function detect(name: string) {
  const { cloudformation } = simulator.aws;
  const StackName = `microservices-${name}`;
  const { StackDriftDetectionId } = await cloudformation.detectStackDrift({ StackName });
  const status = async () =>
    (await cloudformation.describeStackDriftDetectionStatus({ StackDriftDetectionId })).DetectionStatus;
  await simulator.clock.eventually(async () => expect(await status()).toBe("DETECTION_COMPLETE"));
  const { StackResourceDrifts = [] } = await cloudformation.describeStackResourceDrifts({
    StackName,
    StackResourceDriftStatusFilters: ["MODIFIED", "DELETED"],
  });
  return StackResourceDrifts.map(
    ({ LogicalResourceId, StackResourceDriftStatus, PropertyDifferences = [] }) =>
      [
        LogicalResourceId,
        StackResourceDriftStatus,
        ...PropertyDifferences.map(
          ({ PropertyPath, ExpectedValue, ActualValue, DifferenceType }) =>
            `${PropertyPath} ${DifferenceType} ${ExpectedValue} → ${ActualValue}`,
        ),
      ].join(" "),
  );
}

const physicalId = async (name: string, LogicalResourceId: string) => {
  const input = { StackName: `microservices-${name}`, LogicalResourceId };
  const { StackResourceDetail } = await simulator.aws.cloudformation.describeStackResource(input);
  return StackResourceDetail?.PhysicalResourceId ?? "";
};

test("the stacks are created", async () => {
  for (const name of names) {
    const StackName = `microservices-${name}`;
    const TemplateBody = await readFile(new URL(`${name}.yaml`, folder), "utf8");
    await simulator.aws.cloudformation.createStack({
      StackName,
      TemplateBody,
      Parameters: parameters[name]?.map((ParameterKey) => ({ ParameterKey, ParameterValue: "192.0.2.7/32" })),
      Capabilities: ["CAPABILITY_IAM"],
    });
    await simulator.clock.eventually(async () =>
      expect((await describe(StackName))?.StackStatus).toBe("CREATE_COMPLETE"),
    );
  }
});

test.each(names)("%s has no drift after its creation", async (name) => {
  expect(await detect(name)).toEqual([]);
  expect((await describe(`microservices-${name}`))?.DriftInformation?.StackDriftStatus).toBe("IN_SYNC");
});

test("a manual change is reported with both values", async () => {
  const { ec2, ecr, ecs, iam, logs } = simulator.aws;
  await ecr.putImageTagMutability({ repositoryName: "customer", imageTagMutability: "IMMUTABLE" });
  await ecr.deleteRepository({ repositoryName: "employee" });
  expect(await detect("registry")).toEqual([
    "CustomerRepository MODIFIED /ImageTagMutability NOT_EQUAL MUTABLE → IMMUTABLE",
    "EmployeeRepository DELETED",
  ]);
  const GroupId = await physicalId("database", "SecurityGroup");
  const open = { IpProtocol: "tcp", FromPort: 3306, ToPort: 3306, IpRanges: [{ CidrIp: "0.0.0.0/0" }] };
  await ec2.authorizeSecurityGroupIngress({ GroupId, IpPermissions: [open] });
  expect(await detect("database")).toEqual([
    expect.stringMatching(
      /^SecurityGroup MODIFIED \/SecurityGroupIngress\/\d ADD null → .*"CidrIp":"0\.0\.0\.0\/0"/,
    ),
  ]);
  const [cluster, service] = ["microservices-serverlesscluster", "customer-microservice"];
  await ecs.updateService({ cluster, service, desiredCount: 3 });
  const RoleName = await physicalId("services", "ExecutionRole");
  await iam.deleteRolePolicy({ RoleName, PolicyName: "start-tasks" });
  expect(await detect("services")).toEqual([
    expect.stringMatching(/^ExecutionRole MODIFIED \/Policies\/0 REMOVE \{"PolicyName":"start-tasks"/),
    "CustomerService MODIFIED /DesiredCount NOT_EQUAL 1 → 3",
  ]);
  const logGroupName = await physicalId("cluster", "LogGroup");
  await logs.deleteRetentionPolicy({ logGroupName });
  expect(await detect("cluster")).toEqual([
    expect.stringMatching(/^LogGroup MODIFIED \/RetentionInDays REMOVE \d+ → null$/),
  ]);
  const stack = await describe("microservices-cluster");
  expect(stack?.DriftInformation?.StackDriftStatus).toBe("DRIFTED");
});

test("types that are not checked are reported as such, and a stack in progress is refused", async () => {
  const { cloudformation } = simulator.aws;
  const { StackResourceSummaries = [] } = await cloudformation.listStackResources({
    StackName: "microservices-network",
  });
  const status = (id: string) =>
    StackResourceSummaries.find(({ LogicalResourceId }) => LogicalResourceId === id)?.DriftInformation
      ?.StackResourceDriftStatus;
  expect([status("Vpc"), status("InternetGateway")]).toEqual(["IN_SYNC", "NOT_CHECKED"]);
  await cloudformation.createChangeSet({
    StackName: "empty",
    ChangeSetName: "a",
    ChangeSetType: "CREATE",
    TemplateBody: "Resources: { A: { Type: AWS::Logs::LogGroup } }",
  });
  await expect((async () => cloudformation.detectStackDrift({ StackName: "empty" }))()).rejects.toThrow(
    "while in [REVIEW_IN_PROGRESS] state",
  );
});
