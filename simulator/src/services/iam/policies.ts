import { AwsError } from "../../kit/errors.ts";
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
const awsManagedPolicies: Readonly<Record<string, { readonly document: object }>> = managed.policies;

const awsPrefix = "arn:aws:iam::aws:policy/";

/** Returns the ARN of a policy of the account, or of AWS. */
export function findAttachable({ policies }: IamState, arn: string): string {
  if (policies.has(arn)) return arn;
  if (documentOfAws(arn) !== undefined) return arn;
  throw noSuchEntity(
    `Policy ${arn} does not exist or is not attachable. Policies of AWS known to the simulator: ${Object.keys(awsManagedPolicies).join(", ")}.`,
  );
}

function documentOfAws(arn: string): object | undefined {
  const name = arn.startsWith(awsPrefix) ? arn.slice(awsPrefix.length) : "";
  return Object.hasOwn(awsManagedPolicies, name) ? awsManagedPolicies[name]?.document : undefined;
}

/** Returns the document of a policy that `findAttachable` found. */
export function documentOf({ policies }: IamState, arn: string): string {
  return policies.get(arn)?.document ?? JSON.stringify(documentOfAws(arn));
}

/** Policies of a role: inline ones, and attached managed ones. */
export function rolePolicyOperations(state: IamState): Operations<"iam"> {
  return {
    putRolePolicy: ({ RoleName, PolicyName = "", PolicyDocument = "" }) => {
      const role = findRole(state, RoleName);
      refuseBadName("policy name", PolicyName, 128);
      parsePolicyDocument(PolicyDocument, "permissions");
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
