import type { Service } from "../api.ts";
import { page } from "./page.ts";
import { findAttachable } from "./policies.ts";
import { parsePolicyDocument } from "./policy-document.ts";
import { encodeDocument, findRole, type IamState, noSuchEntity, refuseBadName } from "./state.ts";

/** Policies of a role: inline ones, and attached managed ones. */
export function rolePolicyOperations(state: IamState): Service<"iam">["operations"] {
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
      const attached = [...findRole(state, input.RoleName).attachedPolicies]
        .map((PolicyArn) => ({ PolicyArn, PolicyName: PolicyArn.slice(PolicyArn.lastIndexOf("/") + 1) }))
        .filter(({ PolicyArn }) =>
          PolicyArn.slice(PolicyArn.indexOf(":policy/") + ":policy".length).startsWith(
            input.PathPrefix ?? "/",
          ),
        );
      const { items: AttachedPolicies, ...rest } = page(attached, input);
      return { AttachedPolicies, ...rest };
    },
  };
}

function noInlinePolicy(name: string) {
  return noSuchEntity(`The role policy with name ${name} cannot be found.`);
}
