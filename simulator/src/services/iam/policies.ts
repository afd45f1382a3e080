import type { Policy, PolicyVersion as VersionDescription } from "@aws-sdk/client-iam";
import { AwsError } from "../../kit/errors.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import type { Service } from "../api.ts";
import { parsePolicyDocument } from "./policy-document.ts";
import {
  alreadyExists,
  deleteConflict,
  encodeDocument,
  fromTags,
  type IamState,
  type ManagedPolicy,
  newId,
  noSuchEntity,
  type PolicyVersion,
  page,
  refuseBadName,
  refuseBadPath,
  toTags,
  unsupported,
} from "./state.ts";

/**
 * AWS managed policies that deployments to ECS attach to roles, without `arn:aws:iam::aws:policy/`. Source: AWS managed
 * policy reference guide. Their documents are not stored: the simulator evaluates no permissions.
 */
const awsManagedPolicies: ReadonlySet<string> = new Set([
  "AdministratorAccess",
  "PowerUserAccess",
  "ReadOnlyAccess",
  "AmazonEC2ContainerRegistryFullAccess",
  "AmazonEC2ContainerRegistryPowerUser",
  "AmazonEC2ContainerRegistryReadOnly",
  "AmazonEC2ContainerRegistryPullOnly",
  "AmazonEC2FullAccess",
  "AmazonEC2ReadOnlyAccess",
  "AmazonS3FullAccess",
  "AmazonS3ReadOnlyAccess",
  "AmazonSSMManagedInstanceCore",
  "AmazonRDSFullAccess",
  "AmazonECS_FullAccess",
  "AWSCloudFormationFullAccess",
  "AWSCloudFormationReadOnlyAccess",
  "AWSCodeDeployRoleForECS",
  "AWSCodeDeployRoleForECSLimited",
  "AWSCodeDeployFullAccess",
  "AWSCodeCommitFullAccess",
  "AWSCodeCommitPowerUser",
  "AWSCodeCommitReadOnly",
  "AWSCodePipeline_FullAccess",
  "AWSCodePipeline_ReadOnlyAccess",
  "AWSCloud9Administrator",
  "AWSCloud9SSMInstanceProfile",
  "CloudWatchAgentServerPolicy",
  "CloudWatchFullAccess",
  "AmazonEventBridgeFullAccess",
  "IAMFullAccess",
  "CloudWatchLogsFullAccess",
  "ElasticLoadBalancingFullAccess",
  "SecretsManagerReadWrite",
  "service-role/AmazonECSTaskExecutionRolePolicy",
  "service-role/AmazonECSInfrastructureRolePolicyForLoadBalancers",
  "service-role/AWSCodeDeployRole",
  "service-role/AWSCodeDeployRoleForLambda",
  "service-role/AWSLambdaBasicExecutionRole",
  "service-role/AmazonRDSEnhancedMonitoringRole",
]);

const awsPrefix = "arn:aws:iam::aws:policy/";

/** Customer managed policies. */
export function policyOperations(state: IamState): Service<"iam">["operations"] {
  return {
    createPolicy: ({ PolicyName: name = "", Path: path = "/", PolicyDocument = "", Description, Tags }) => {
      refuseBadName("policy name", name, 128);
      refuseBadPath(path);
      parsePolicyDocument(PolicyDocument, "permissions");
      const arn = `arn:aws:iam::${state.accountId}:policy${path}${name}`;
      const taken = [...state.policies.values()].some((policy) => policy.name === name);
      if (taken)
        throw alreadyExists(`A policy called ${name} already exists. Duplicate names are not allowed.`);
      const policy: ManagedPolicy = {
        name,
        path,
        id: newId("ANPA"),
        arn,
        createDate: state.now(),
        description: Description,
        versions: new Map([["v1", { id: "v1", createDate: state.now(), document: PolicyDocument }]]),
        defaultVersion: "v1",
        lastVersion: 1,
        tags: fromTags(Tags),
      };
      state.policies.set(arn, policy);
      return { Policy: describe(state, policy) };
    },
    getPolicy: ({ PolicyArn }) => ({ Policy: describe(state, findPolicy(state, PolicyArn)) }),
    listPolicies: (input) => {
      refuseUnsupported(unsupported, "ListPolicies", input, [
        "Scope",
        "OnlyAttached",
        "PathPrefix",
        "MaxItems",
        "Marker",
      ]);
      const own = input.Scope === "AWS" ? [] : [...state.policies.values()];
      const matching = own
        .filter(({ path }) => path.startsWith(input.PathPrefix ?? "/"))
        .filter(({ arn }) => !input.OnlyAttached || attachments(state, arn) > 0)
        .sort((a, b) => (a.name < b.name ? -1 : 1));
      const { items, ...rest } = page(matching, input);
      return { Policies: items.map((policy) => describe(state, policy)), ...rest };
    },
    deletePolicy: ({ PolicyArn }) => {
      const policy = findPolicy(state, PolicyArn);
      if (attachments(state, policy.arn) > 0)
        throw deleteConflict("Cannot delete a policy attached to entities.");
      if (policy.versions.size > 1)
        throw deleteConflict(
          "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
        );
      state.policies.delete(policy.arn);
      return {};
    },
  };
}

/** Returns the ARN if the policy exists, in this account or among AWS's own. */
export function findAttachable(state: IamState, arn: string): string {
  const exists = arn.startsWith(awsPrefix)
    ? awsManagedPolicies.has(arn.slice(awsPrefix.length))
    : state.policies.has(arn);
  if (exists) return arn;
  const known = arn.startsWith(awsPrefix)
    ? ` Policies of AWS known to the simulator: ${[...awsManagedPolicies].join(", ")}.`
    : "";
  throw noSuchEntity(`Policy ${arn} does not exist or is not attachable.${known}`);
}

function findPolicy(state: IamState, arn: string | undefined): ManagedPolicy {
  const policy = state.policies.get(arn ?? "");
  if (!policy) throw noSuchEntity(`Policy ${arn} was not found.`);
  return policy;
}

function attachments(state: IamState, arn: string): number {
  return [...state.roles.values()].filter(({ attachedPolicies }) => attachedPolicies.has(arn)).length;
}

function describe(state: IamState, policy: ManagedPolicy): Policy {
  return {
    PolicyName: policy.name,
    PolicyId: policy.id,
    Arn: policy.arn,
    Path: policy.path,
    DefaultVersionId: policy.defaultVersion,
    AttachmentCount: attachments(state, policy.arn),
    PermissionsBoundaryUsageCount: 0,
    IsAttachable: true,
    Description: policy.description,
    CreateDate: policy.createDate,
    UpdateDate: policy.versions.get(policy.defaultVersion)?.createDate,
    Tags: toTags(policy.tags),
  };
}

/** Maximum of one managed policy. Source: IAM user guide, "Versioning IAM policies". */
const mostVersions = 5;

export function policyVersionOperations(state: IamState): Service<"iam">["operations"] {
  return {
    createPolicyVersion: ({ PolicyArn, PolicyDocument = "", SetAsDefault }) => {
      const policy = findPolicy(state, PolicyArn);
      parsePolicyDocument(PolicyDocument, "permissions");
      if (policy.versions.size >= mostVersions)
        throw new AwsError(
          "LimitExceededException",
          `A managed policy can have up to ${mostVersions} versions. Before you create a new version, you must delete an existing version.`,
          409,
        );
      policy.lastVersion += 1;
      const version = { id: `v${policy.lastVersion}`, createDate: state.now(), document: PolicyDocument };
      policy.versions.set(version.id, version);
      if (SetAsDefault) policy.defaultVersion = version.id;
      return { PolicyVersion: describeVersion(policy, version) };
    },
    getPolicyVersion: ({ PolicyArn, VersionId }) => {
      const policy = findPolicy(state, PolicyArn);
      const version = findVersion(policy, VersionId);
      return {
        PolicyVersion: { ...describeVersion(policy, version), Document: encodeDocument(version.document) },
      };
    },
    listPolicyVersions: ({ PolicyArn }) => {
      const policy = findPolicy(state, PolicyArn);
      const versions = [...policy.versions.values()].reverse();
      return { Versions: versions.map((version) => describeVersion(policy, version)), IsTruncated: false };
    },
    deletePolicyVersion: ({ PolicyArn, VersionId }) => {
      const policy = findPolicy(state, PolicyArn);
      const { id } = findVersion(policy, VersionId);
      if (id === policy.defaultVersion)
        throw deleteConflict("Cannot delete the default version of a policy.");
      policy.versions.delete(id);
      return {};
    },
  };
}

function findVersion(policy: ManagedPolicy, id: string | undefined): PolicyVersion {
  const version = policy.versions.get(id ?? "");
  if (!version) throw noSuchEntity(`Policy ${policy.arn} version ${id} does not exist or is not attachable.`);
  return version;
}

function describeVersion(
  { defaultVersion }: ManagedPolicy,
  { id, createDate }: PolicyVersion,
): VersionDescription {
  return { VersionId: id, IsDefaultVersion: id === defaultVersion, CreateDate: createDate };
}
