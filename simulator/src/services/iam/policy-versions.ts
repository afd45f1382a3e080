import type { PolicyVersion as Description } from "@aws-sdk/client-iam";
import { AwsError } from "../../kit/errors.ts";
import type { Service } from "../api.ts";
import { findPolicy } from "./policies.ts";
import { parsePolicyDocument } from "./policy-document.ts";
import {
  deleteConflict,
  encodeDocument,
  type IamState,
  type ManagedPolicy,
  noSuchEntity,
  type PolicyVersion,
} from "./state.ts";

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
      return { PolicyVersion: describe(policy, version) };
    },
    getPolicyVersion: ({ PolicyArn, VersionId }) => {
      const policy = findPolicy(state, PolicyArn);
      const version = findVersion(policy, VersionId);
      return {
        PolicyVersion: { ...describe(policy, version), Document: encodeDocument(version.document) },
      };
    },
    listPolicyVersions: ({ PolicyArn }) => {
      const policy = findPolicy(state, PolicyArn);
      const versions = [...policy.versions.values()].reverse();
      return { Versions: versions.map((version) => describe(policy, version)), IsTruncated: false };
    },
    setDefaultPolicyVersion: ({ PolicyArn, VersionId }) => {
      const policy = findPolicy(state, PolicyArn);
      policy.defaultVersion = findVersion(policy, VersionId).id;
      return {};
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

function describe({ defaultVersion }: ManagedPolicy, { id, createDate }: PolicyVersion): Description {
  return { VersionId: id, IsDefaultVersion: id === defaultVersion, CreateDate: createDate };
}
