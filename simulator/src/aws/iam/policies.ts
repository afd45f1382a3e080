import type { Policy } from "@aws-sdk/client-iam";
import type { Service } from "../api.ts";
import { awsManagedPolicies } from "./aws-managed-policies.ts";
import { parsePolicyDocument } from "./policy-document.ts";
import {
  alreadyExists,
  deleteConflict,
  encodeDocument,
  type IamState,
  type ManagedPolicy,
  newId,
  noSuchEntity,
  refuseBadName,
  refuseBadPath,
} from "./state.ts";
import { fromTags, toTags } from "./tags.ts";

const awsPrefix = "arn:aws:iam::aws:policy/";
/** Every policy has this one version here: CreatePolicyVersion is not performed. */
const onlyVersion = "v1";

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
        document: PolicyDocument,
        tags: fromTags(Tags),
      };
      state.policies.set(arn, policy);
      return { Policy: describe(state, policy) };
    },
    getPolicy: ({ PolicyArn }) => ({ Policy: describe(state, findPolicy(state, PolicyArn)) }),
    getPolicyVersion: ({ PolicyArn, VersionId }) => {
      const policy = findPolicy(state, PolicyArn);
      if (VersionId !== onlyVersion)
        throw noSuchEntity(`Policy ${policy.arn} version ${VersionId} does not exist or is not attachable.`);
      return {
        PolicyVersion: {
          Document: encodeDocument(policy.document),
          VersionId: onlyVersion,
          IsDefaultVersion: true,
          CreateDate: policy.createDate,
        },
      };
    },
    listPolicyVersions: ({ PolicyArn }) => ({
      Versions: [
        {
          VersionId: onlyVersion,
          IsDefaultVersion: true,
          CreateDate: findPolicy(state, PolicyArn).createDate,
        },
      ],
      IsTruncated: false,
    }),
    deletePolicy: ({ PolicyArn }) => {
      const policy = findPolicy(state, PolicyArn);
      if (attachments(state, policy.arn) > 0)
        throw deleteConflict("Cannot delete a policy attached to entities.");
      state.policies.delete(policy.arn);
      return {};
    },
  };
}

/** The ARN itself when there is such a policy, in this account or among AWS's own. */
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
    DefaultVersionId: onlyVersion,
    AttachmentCount: attachments(state, policy.arn),
    PermissionsBoundaryUsageCount: 0,
    IsAttachable: true,
    Description: policy.description,
    CreateDate: policy.createDate,
    UpdateDate: policy.createDate,
    Tags: toTags(policy.tags),
  };
}
