import { randomBytes } from "node:crypto";
import type {
  CreateEnvironmentEC2CommandInput,
  Environment as EnvironmentView,
} from "@aws-sdk/client-cloud9";
import type { Environment } from "../../environment.ts";
import { type Check, refuseBroken } from "../../kit/constraints.ts";
import { AwsError, errorWith } from "../../kit/errors.ts";
import { pager } from "../../kit/page.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import { byArn, checkedTags, tagOperations, tagPairs } from "../../kit/tags.ts";
import type { Operations } from "../api.ts";

/** Maximum of ListEnvironments and DescribeEnvironments. Source: API reference. */
const pageSize = 25;
const page = pager({
  size: "maxResults",
  token: "nextToken",
  standard: pageSize,
  code: "BadRequestException",
});
/** The aliases of images, each also as `resolve:ssm:/aws/service/cloud9/amis/<alias>`. Source: CreateEnvironmentEC2. */
const images = [
  "amazonlinux-2-x86_64",
  "amazonlinux-2023-x86_64",
  "ubuntu-18.04-x86_64",
  "ubuntu-22.04-x86_64",
];

export function environmentOperations(state: Cloud9State): Operations<"cloud9"> {
  const { environments } = state;
  return {
    async createEnvironmentEC2(input) {
      checkInput(input);
      const { Arn = "" } = await state.environment.aws.sts.getCallerIdentity({});
      const ownerArn = input.ownerArn ?? Arn;
      await refuseMissingSubnet(state, input.subnetId);
      const same = [...environments.values()].find(
        ({ view }) => view.ownerArn === ownerArn && view.name === input.name,
      );
      if (same?.clientRequestToken !== undefined && same.clientRequestToken === input.clientRequestToken)
        return { environmentId: same.view.id };
      if (same)
        throw new AwsError(
          "ConflictException",
          `${ownerArn} has an environment with the name ${input.name} already.`,
        );
      const created = newEnvironment(state, input, ownerArn);
      const { id = "" } = created.view;
      environments.set(id, {
        ...created,
        securityGroupId: await createGroup(state, created.view, input.subnetId),
      });
      return { environmentId: id };
    },
    describeEnvironments({ environmentIds = [] }) {
      refuseBroken("BadRequestException", [["environmentIds", environmentIds, { length: [1, pageSize] }]]);
      return { environments: environmentIds.map((id) => ({ ...find(state, id).view })) };
    },
    listEnvironments(input) {
      const { items: environmentIds, nextToken } = page([...environments.keys()], input);
      return { environmentIds, nextToken };
    },
    updateEnvironment(input) {
      refuseUnsupported("BadRequestException", "UpdateEnvironment", input, [
        "environmentId name description",
      ]);
      refuseBroken("BadRequestException", textChecks(input));
      const { view } = find(state, input.environmentId);
      const { name = view.name, description = view.description } = input;
      Object.assign(view, { name, description });
      return {};
    },
    async deleteEnvironment({ environmentId = "" }) {
      const { securityGroupId: GroupId } = find(state, environmentId);
      environments.delete(environmentId);
      if (GroupId) await state.environment.aws.ec2.deleteSecurityGroup({ GroupId });
      return {};
    },
  };
}

function* textChecks(input: {
  name?: string | undefined;
  description?: string | undefined;
}): Generator<Check> {
  yield ["name", input.name, { length: [1, 60] }];
  yield ["description", input.description, { length: [0, 200] }];
}

function checkInput(input: CreateEnvironmentEC2CommandInput): void {
  refuseUnsupported("BadRequestException", "CreateEnvironmentEC2", input, [
    "name description clientRequestToken instanceType subnetId imageId automaticStopTimeMinutes ownerArn",
    "tags connectionType",
  ]);
  refuseBroken("BadRequestException", [
    ...textChecks(input),
    ["clientRequestToken", input.clientRequestToken, { pattern: "[\\x20-\\x7E]{10,128}" }],
    ["instanceType", input.instanceType, { pattern: "[a-z]+[1-9][.][a-z0-9]+", length: [5, 20] }],
    ["subnetId", input.subnetId, { pattern: "subnet-[0-9a-f]{8}|subnet-[0-9a-f]{17}" }],
    ["automaticStopTimeMinutes", input.automaticStopTimeMinutes, { range: [0, 20_160] }],
    ["connectionType", input.connectionType, { values: ["CONNECT_SSH", "CONNECT_SSM"] }],
  ]);
  const alias = input.imageId?.replace(/^resolve:ssm:\/aws\/service\/cloud9\/amis\//, "") ?? "";
  if (!images.includes(alias))
    throw badRequest(`The image ${input.imageId} is none of ${images.join(", ")}.`);
}

/** Creates the group of the environment's instance, although no instance runs here: users open its ports. */
async function createGroup(
  { environment: { aws } }: Cloud9State,
  { name, id }: EnvironmentView,
  subnetId: string | undefined,
): Promise<string | undefined> {
  if (subnetId === undefined) return undefined;
  const { Subnets } = await aws.ec2.describeSubnets({ SubnetIds: [subnetId] });
  const { GroupId } = await aws.ec2.createSecurityGroup({
    GroupName: `aws-cloud9-${name}-${id}-InstanceSecurityGroup`,
    Description: `Security group for AWS Cloud9 environment aws-cloud9-${name}-${id}`,
    VpcId: Subnets?.[0]?.VpcId,
  });
  return GroupId;
}

async function refuseMissingSubnet({ environment }: Cloud9State, id: string | undefined): Promise<void> {
  if (id === undefined) return;
  await environment.aws.ec2.describeSubnets({ SubnetIds: [id] }).catch((error: Error) => {
    throw badRequest(`The environment cannot be created in ${id}: ${error.message}`);
  });
}

function newEnvironment(
  state: Cloud9State,
  input: CreateEnvironmentEC2CommandInput,
  ownerArn: string,
): DevelopmentEnvironment {
  // Cloud9's ids are 32 hexadecimal digits.
  const id = randomBytes(16).toString("hex");
  return {
    view: {
      id,
      arn: environmentArn(state, id),
      name: input.name,
      description: input.description ?? "",
      type: "ec2",
      connectionType: input.connectionType ?? "CONNECT_SSH",
      ownerArn,
      lifecycle: { status: "CREATED" },
      managedCredentialsStatus: "ENABLED_ON_CREATE",
    },
    clientRequestToken: input.clientRequestToken,
    tags: checkedTags(tagPairs.read(input.tags ?? []), tagRules),
  };
}

/** Source: API reference, Tags. */
const tagRules = { most: 200, tooMany: "BadRequestException", invalid: "BadRequestException" };

export function environmentTagOperations(state: Cloud9State): Operations<"cloud9"> {
  return tagOperations(["ResourceARN", "Tags", "TagKeys"], tagPairs, tagRules, (arn) =>
    byArn(arn, environmentArn(state, ""), "BadRequestException", (id) => find(state, id).tags),
  );
}

interface DevelopmentEnvironment {
  readonly view: EnvironmentView;
  readonly clientRequestToken: string | undefined;
  readonly securityGroupId?: string | undefined;
  readonly tags: Map<string, string>;
}

interface Cloud9State {
  readonly environment: Environment;
  /** By id. */
  readonly environments: Map<string, DevelopmentEnvironment>;
}

export function createCloud9State(environment: Environment): Cloud9State {
  return { environment, environments: new Map() };
}

function environmentArn({ environment: { region, accountId } }: Cloud9State, id: string): string {
  return `arn:aws:cloud9:${region}:${accountId}:environment:${id}`;
}

function find({ environments }: Cloud9State, id: string | undefined): DevelopmentEnvironment {
  const found = environments.get(id ?? "");
  if (found) return found;
  throw new AwsError("NotFoundException", `The environment ${id} does not exist.`);
}

const badRequest = errorWith("BadRequestException");
