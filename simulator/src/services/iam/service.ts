import type { Environment } from "../../environment.ts";
import type { RolePolicies } from "../../permissions/permissions.ts";
import { type Definition, serviceOn } from "../definition.ts";
import { instanceProfileOperations } from "./instance-profiles.ts";
import { oidcProviderOperations } from "./oidc-providers.ts";
import { documentOf, managedPolicyOperations, rolePolicyOperations } from "./policies.ts";
import { roleOperations, serviceLinkedRoleOperations } from "./roles.ts";
import { simulateOperations } from "./simulate.ts";
import { createIamState, type IamState, type Role } from "./state.ts";

/** Source: API reference 2010-05-08. */
const createIam = serviceOn(createStateForDecisions, [
  roleOperations,
  rolePolicyOperations,
  managedPolicyOperations,
  instanceProfileOperations,
  oidcProviderOperations,
  serviceLinkedRoleOperations,
  (state, environment) => simulateOperations(state, (name) => policiesNamed(state, name), environment),
]);

function createStateForDecisions(environment: Environment): IamState {
  const state = createIamState(environment);
  environment.permissions.sources.role = (name) => policiesNamed(state, name);
  return state;
}

function policiesNamed(state: IamState, name: string): RolePolicies | undefined {
  const role = state.roles.get(name);
  return role && policiesOf(state, role);
}

function policiesOf(state: IamState, role: Role): RolePolicies {
  const { facts, trustPolicy, inlinePolicies, attachedPolicies, tags } = role;
  const boundary = facts.PermissionsBoundary?.PermissionsBoundaryArn;
  return {
    arn: facts.Arn ?? "",
    createdAt: facts.CreateDate ?? new Date(0),
    trustPolicy,
    documents: [...inlinePolicies.values(), ...[...attachedPolicies].map((arn) => documentOf(state, arn))],
    boundary: boundary === undefined ? undefined : documentOf(state, boundary),
    boundaryArn: boundary,
    tags,
  };
}

export const iam: Definition<"iam"> = {
  create: createIam,
  client: "iam",
  wires: [
    { protocol: "awsQuery", route: "2010-05-08", namespace: "https://iam.amazonaws.com/doc/2010-05-08/" },
  ],
  isGlobal: true,
};
