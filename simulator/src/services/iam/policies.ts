import { AwsError, errorWith } from "../../kit/errors.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import managed from "../../permissions/generated/aws-managed-policies.json" with { type: "json" };
import type { Operations } from "../api.ts";
import { parsePolicyDocument } from "./policy-document.ts";
import {
  alreadyExists,
  deleteConflict,
  encodeDocument,
  findRole,
  type IamState,
  newId,
  noSuchEntity,
  page,
  refuseBadName,
  refuseBadPath,
  unsupported,
} from "./state.ts";

/**
 * AWS managed policies that deployments to ECS attach to roles, without `arn:aws:iam::aws:policy/`, with the actions of
 * the simulator's services.
 */
const awsManagedPolicies: ReadonlyMap<string, string> = new Map(
  Object.entries(managed.policies).map(([name, { document }]) => [name, JSON.stringify(document)]),
);

const awsPrefix = "arn:aws:iam::aws:policy/";

/** Returns the ARN of a policy of the account, or of AWS. */
export function findAttachable({ policies }: IamState, arn: string): string {
  if (policies.has(arn)) return arn;
  if (documentOfAws(arn) !== undefined) return arn;
  throw noSuchEntity(
    `Policy ${arn} does not exist or is not attachable. Policies of AWS known to the simulator: ${[...awsManagedPolicies.keys()].join(", ")}.`,
  );
}

const documentOfAws = (arn: string) =>
  arn.startsWith(awsPrefix) ? awsManagedPolicies.get(arn.slice(awsPrefix.length)) : undefined;

/** Returns the document of a policy that `findAttachable` found. */
export function documentOf({ policies }: IamState, arn: string): string {
  return policies.get(arn)?.document ?? documentOfAws(arn) ?? "";
}

/** Policies of a role: inline ones, and attached managed ones. */
export function rolePolicyOperations(state: IamState): Operations<"iam"> {
  return {
    putRolePolicy: ({ RoleName, PolicyName = "", PolicyDocument = "" }) => {
      const role = findRole(state, RoleName);
      refuseBadName("policy name", PolicyName, 128);
      parsePolicyDocument(PolicyDocument, "permissions");
      const others = [...role.inlinePolicies].filter(([name]) => name !== PolicyName).map(([, text]) => text);
      if (sizeOf([...others, PolicyDocument]) > largestInline)
        throw limitExceeded(`Maximum policy size of ${largestInline} bytes exceeded for role ${RoleName}`);
      role.inlinePolicies.set(PolicyName, PolicyDocument);
      return {};
    },
    getRolePolicy: ({ RoleName, PolicyName = "" }) => {
      const document = findRole(state, RoleName).inlinePolicies.get(PolicyName);
      if (document === undefined) throw noInlinePolicy(PolicyName);
      return { RoleName, PolicyName, PolicyDocument: encodeDocument(document) };
    },
    deleteRolePolicy: ({ RoleName, PolicyName = "" }) => {
      if (!findRole(state, RoleName).inlinePolicies.delete(PolicyName)) throw noInlinePolicy(PolicyName);
      return {};
    },
    listRolePolicies: (input) => {
      const names = [...findRole(state, input.RoleName).inlinePolicies.keys()].sort();
      const { items: PolicyNames, ...rest } = page(names, input);
      return { PolicyNames, ...rest };
    },
    attachRolePolicy: ({ RoleName, PolicyArn = "" }) => {
      const role = findRole(state, RoleName);
      role.attachedPolicies.add(findAttachable(state, PolicyArn));
      return {};
    },
    detachRolePolicy: ({ RoleName, PolicyArn = "" }) => {
      if (!findRole(state, RoleName).attachedPolicies.delete(PolicyArn))
        throw noSuchEntity(`Policy ${PolicyArn} was not found.`);
      return {};
    },
    listAttachedRolePolicies: (input) => {
      refuseUnsupported(unsupported, "ListAttachedRolePolicies", input, ["RoleName Marker MaxItems"]);
      const attached = [...findRole(state, input.RoleName).attachedPolicies].map((PolicyArn) => ({
        PolicyArn,
        PolicyName: PolicyArn.slice(PolicyArn.lastIndexOf("/") + 1),
      }));
      const { items: AttachedPolicies, ...rest } = page(attached, input);
      return { AttachedPolicies, ...rest };
    },
  };
}

function noInlinePolicy(name: string) {
  return noSuchEntity(`The role policy with name ${name} cannot be found.`);
}

/**
 * Characters without white space: of a role's inline policies together, and of a managed policy. Source: "IAM and AWS STS
 * quotas", IAM user guide.
 */
const largestInline = 10_240;
const largestManaged = 6144;

const sizeOf = (documents: readonly string[]) => documents.join("").replace(/\s/g, "").length;

const limitExceeded = errorWith("LimitExceededException", 409);

function refuseLarge(document: string): void {
  if (sizeOf([document]) > largestManaged)
    throw limitExceeded(`Cannot exceed quota for PolicySize: ${largestManaged}`);
}

/** Policies of the account. Of their versions, the default one alone is kept. */
export function managedPolicyOperations(state: IamState): Operations<"iam"> {
  const find = (arn = "") => {
    const policy = state.policies.get(arn);
    if (!policy) throw noSuchEntity(`Policy ${arn} was not found.`);
    return policy;
  };
  return {
    createPolicy: ({ PolicyName = "", Path = "/", PolicyDocument = "", Description }) => {
      refuseBadName("policy name", PolicyName, 128);
      refuseBadPath(Path);
      parsePolicyDocument(PolicyDocument, "permissions");
      refuseLarge(PolicyDocument);
      const Arn = `arn:aws:iam::${state.accountId}:policy${Path}${PolicyName}`;
      if (state.policies.has(Arn)) throw alreadyExists(`A policy called ${PolicyName} already exists.`);
      const facts = { PolicyName, Path, Description, PolicyId: newId("ANPA"), CreateDate: state.now() };
      const Policy = { ...facts, Arn, DefaultVersionId: "v1", IsAttachable: true };
      state.policies.set(Arn, { facts: Policy, document: PolicyDocument });
      return { Policy };
    },
    getPolicy: ({ PolicyArn }) => ({ Policy: find(PolicyArn).facts }),
    createPolicyVersion: ({ PolicyArn, PolicyDocument = "", SetAsDefault }) => {
      const policy = find(PolicyArn);
      parsePolicyDocument(PolicyDocument, "permissions");
      refuseLarge(PolicyDocument);
      if (!SetAsDefault) throw new AwsError(unsupported, "The simulator keeps the default version alone.");
      const VersionId = `v${Number(policy.facts.DefaultVersionId?.slice(1)) + 1}`;
      policy.facts.DefaultVersionId = VersionId;
      policy.document = PolicyDocument;
      return { PolicyVersion: { VersionId, IsDefaultVersion: true } };
    },
    getPolicyVersion: ({ PolicyArn, VersionId }) => {
      const { facts, document } = find(PolicyArn);
      if (VersionId !== facts.DefaultVersionId)
        throw noSuchEntity(`Policy ${PolicyArn} version ${VersionId} does not exist.`);
      return { PolicyVersion: { VersionId, IsDefaultVersion: true, Document: encodeDocument(document) } };
    },
    deletePolicy: ({ PolicyArn = "" }) => {
      find(PolicyArn);
      for (const { attachedPolicies, facts } of state.roles.values())
        if (
          attachedPolicies.has(PolicyArn) ||
          facts.PermissionsBoundary?.PermissionsBoundaryArn === PolicyArn
        )
          throw deleteConflict("Cannot delete a policy attached to entities.");
      state.policies.delete(PolicyArn);
      return {};
    },
  };
}
