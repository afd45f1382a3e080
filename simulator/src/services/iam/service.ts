import { type Definition, serviceOn } from "../definition.ts";
import { instanceProfileOperations } from "./instance-profiles.ts";
import { oidcProviderOperations } from "./oidc-providers.ts";
import { managedPolicyOperations, rolePolicyOperations } from "./policies.ts";
import { roleOperations, serviceLinkedRoleOperations } from "./roles.ts";
import { createIamState } from "./state.ts";

/** Roles and policies as state: documents are checked, permissions are not. Source: API reference 2010-05-08. */
const createIam = serviceOn(createIamState, [
  roleOperations,
  rolePolicyOperations,
  managedPolicyOperations,
  instanceProfileOperations,
  oidcProviderOperations,
  serviceLinkedRoleOperations,
]);

export const iam: Definition<"iam"> = {
  create: createIam,
  client: "iam",
  wires: [
    { protocol: "awsQuery", route: "2010-05-08", namespace: "https://iam.amazonaws.com/doc/2010-05-08/" },
  ],
  isGlobal: true,
};
