import { CloudFormationClient, type StackEvent } from "@aws-sdk/client-cloudformation";
import { expect, onTestFinished, test } from "vitest";
import type { PlannedStack } from "../../../cloudformation/template.ts";
import { parseTemplate } from "../../../cloudformation/template.ts";
import type { ProvisionContext } from "../context.ts";
import { createStage, useStage } from "../stage.support.ts";
import { toFailure } from "./explain-failure.ts";

const stage = await useStage();

const repository =
  "Resources:\n  Images: { Type: AWS::ECR::Repository, Properties: { RepositoryName: customer } }\n";
const exporting = `${repository.replace("customer", "NAME")}Outputs: { Id: { Value: 1, Export: { Name: taken } } }\n`;
const addresses = `Resources:\n${[1, 2, 3, 4, 5, 6].map((n) => `  Address${n}: { Type: AWS::EC2::EIP, Properties: { Domain: vpc } }\n`).join("")}`;
const targets = (port: number) => `Resources:
  Vpc: { Type: AWS::EC2::VPC, Properties: { CidrBlock: 10.0.0.0/16 } }
  Group: { Type: AWS::ElasticLoadBalancingV2::TargetGroup, Properties: { Name: targets, Port: ${port}, Protocol: HTTP, TargetType: ip, VpcId: !Ref Vpc } }
`;

interface Case {
  /** Applied first, under another prefix or as an earlier state. */
  readonly before?: { readonly prefix: string; readonly body: string };
  readonly body: string;
  readonly message: RegExp;
  readonly nextStep: string;
}

test.each<[string, Case]>([
  [
    "a name that another stack's resource has",
    {
      before: { prefix: "owner", body: repository },
      body: repository,
      message:
        /^Stack shop-it: Images \(AWS::ECR::Repository\) cannot be created: the name customer is already used by stack owner-it$/,
      nextStep: "delete stack owner-it, or use its stack-prefix, or give this one another name",
    },
  ],
  [
    "an export that another stack has",
    {
      before: { prefix: "owner", body: exporting.replace("NAME", "one") },
      body: exporting.replace("NAME", "two"),
      message:
        /^Stack shop-it: stack owner-it already exports taken \(the stack was ROLLBACK_COMPLETE and was deleted/,
      nextStep: "give the export another name",
    },
  ],
  [
    "a quota that is reached",
    {
      body: addresses,
      message:
        /Address\d \(AWS::EC2::EIP\) failed: the account's quota "EC2-VPC Elastic IPs" is reached \(The maximum number/,
      nextStep: "https://us-east-1.console.aws.amazon.com/servicequotas/home/services/ec2/quotas",
    },
  ],
  [
    "a named resource that has to be replaced",
    {
      before: { prefix: "shop", body: targets(80) },
      body: targets(81),
      message:
        /Group \(\S+\) failed: it has to be replaced, and the new one cannot have the name targets while the old/,
      nextStep: "give it another name in the template",
    },
  ],
  [
    "a property of a wrong type",
    {
      body: "Resources:\n  Log: { Type: AWS::Logs::LogGroup, Properties: { RetentionInDays: long } }\n",
      message:
        /CloudFormation rejects .*it\.yaml: .*RetentionInDays: expected type: Integer|properties are not valid: .*RetentionInDays/,
      nextStep: "correct the",
    },
  ],
])("explains %s in one sentence with the next step", async (_, { before, body, message, nextStep }) => {
  const stackPrefix = before?.prefix ?? "";
  if (before) {
    await stage.templates({ it: before.body });
    expect((await stage.run({ stackPrefix })).error).toBeUndefined();
  }
  await stage.templates({ it: body });
  const { error } = await stage.run({});
  expect(error?.message).toMatch(message);
  expect(error?.nextStep).toContain(nextStep);
  if (before) await stage.run({ stackPrefix, mode: "delete" });
  expect(await stage.stacks()).toEqual({});
});

test("names the action that the course's account denies, and the profile that does not need it", async () => {
  const account = await createStage({ account: "academy" });
  onTestFinished(() => account.close());
  const trust =
    "{ Version: 2012-10-17, Statement: [{ Effect: Allow, Principal: { Service: ecs-tasks.amazonaws.com }, Action: sts:AssumeRole }] }";
  await account.templates({
    access: `Resources:\n  Role: { Type: AWS::IAM::Role, Properties: { AssumeRolePolicyDocument: ${trust} } }\n`,
  });
  const { error } = await account.run({});
  expect(error?.message).toMatch(
    /^Stack shop-access: Role \(AWS::IAM::Role\) failed: the role of this job may not iam:CreateRole \(.*access\.yaml:2; the stack was ROLLBACK_COMPLETE and was deleted\)$/,
  );
  expect(error?.nextStep).toMatch(/^allow iam:CreateRole in the policy of .*: use profile academy there\.$/);
});

const template = parseTemplate("Resources: { R: { Type: T } }", "infra-templates/it.yaml", "it");
const planned: PlannedStack = { template, stackName: "shop-it", parameters: new Map() };

// Messages of CloudFormation, from its troubleshooting guide and the services' own errors.
test.each<[reason: string, text: string, nextStep: string]>([
  [
    'Resource handler returned message: "User: arn:aws:sts::1:assumed-role/voclabs/me is not authorized to perform: iam:CreateRole on resource: arn:aws:iam::1:role/x because no identity-based policy allows the iam:CreateRole action (Service: Iam, Status Code: 403, Request ID: 12ab)" (RequestToken: 1, HandlerErrorCode: AccessDenied)',
    "the role of this job may not iam:CreateRole (User: arn:aws:sts::1:assumed-role/voclabs/me is not authorized to perform: iam:CreateRole on resource: arn:aws:iam::1:role/x because no identity-based policy allows the iam:CreateRole action)",
    "use profile academy there.",
  ],
  [
    'Resource handler returned message: "Unable to assume the service linked role. Please verify that the ECS service linked role exists. (Service: Ecs, Status Code: 400, Request ID: 1) (SDK Attempt Count: 1)" (RequestToken: 1, HandlerErrorCode: InvalidRequest)',
    "Unable to assume the service linked role. Please verify that the ECS service linked role exists",
    "run the job again: the role exists by now.",
  ],
  [
    "No export named net-Id found.",
    "it imports net-Id, which no stack of this account and region exports",
    "apply the stack",
  ],
  [
    "Export net-Id cannot be updated as it is in use by app and web",
    "export net-Id cannot be updated, because app and web imports it",
    "import something else first",
  ],
  [
    "The maximum number of VPCs has been reached. (Service: AmazonEC2; Status Code: 400; Error Code: VpcLimitExceeded; Request ID: 1; Proxy: null)",
    'the account\'s quota "VPCs per Region" is reached (The maximum number of VPCs has been reached)',
    "servicequotas/home/services/vpc/quotas",
  ],
  [
    "Cannot exceed quota for RolesPerAccount: 1000 (Service: Iam, Status Code: 409, Request ID: 1) LimitExceeded",
    'the account\'s quota "for Role" is reached (Cannot exceed quota for RolesPerAccount: 1000 LimitExceeded)',
    "servicequotas/home/services/iam/quotas",
  ],
  [
    "customer already exists in stack arn:aws:cloudformation:us-east-1:1:stack/other-registry/1b",
    "customer already exists in stack arn:aws:cloudformation:us-east-1:1:stack/other-registry/1b by stack other-registry",
    "delete stack other-registry",
  ],
  [
    "Exceeded attempts to wait",
    "it did not become ready within CloudFormation's time limit: Exceeded attempts to wait",
    "check the resource itself",
  ],
  ["Rate exceeded", "Rate exceeded", "correct infra-templates/it.yaml or its parameters"],
])("%s", async (reason, text, nextStep) => {
  const context = { cloudformation: new CloudFormationClient(stage.simulator.clientConfig) };
  const event: StackEvent = {
    StackId: "s",
    EventId: "e",
    StackName: "shop-it",
    Timestamp: new Date(),
    LogicalResourceId: "R",
    ResourceType: "AWS::IAM::Role",
    ResourceStatus: "CREATE_FAILED",
    ResourceStatusReason: reason,
  };
  const followed = { status: "", statusReason: undefined, events: [event] };
  const failure = await toFailure(context as ProvisionContext, planned, followed, "STATE");
  expect(failure.message).toBe(
    `Stack shop-it: R (AWS::IAM::Role) failed: ${text} (infra-templates/it.yaml:1; STATE)`,
  );
  expect(failure.nextStep).toContain(nextStep);
});
