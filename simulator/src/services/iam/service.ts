import type { Environment } from "../../environment.ts";
import type { Service } from "../api.ts";
import type { Definition } from "../definition.ts";
import { instanceProfileOperations } from "./instance-profiles.ts";
import { oidcProviderOperations } from "./oidc-providers.ts";
import { rolePolicyOperations } from "./policies.ts";
import { roleOperations, serviceLinkedRoleOperations } from "./roles.ts";
import { createIamState } from "./state.ts";

export const iam: Definition<"iam"> = {
  create: createIam,
  client: "iam",
  wires: [
    { protocol: "awsQuery", route: "2010-05-08", namespace: "https://iam.amazonaws.com/doc/2010-05-08/" },
  ],
  isGlobal: true,
};

/** Roles and policies as state: documents are checked, permissions are not. Source: API reference 2010-05-08. */
export function createIam(environment: Environment): Service<"iam"> {
  const state = createIamState(environment);
  return {
    operations: {
      ...roleOperations(state),
      ...rolePolicyOperations(state),
      ...instanceProfileOperations(state),
      ...oidcProviderOperations(state),
      ...serviceLinkedRoleOperations(state),
    },
  };
}
