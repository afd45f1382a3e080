import type { Environment } from "../../environment.ts";
import type { Service } from "../api.ts";
import type { Definition } from "../definition.ts";
import { changeImageOperations, imageOperations, layerOperations } from "./images.ts";
import { guardOtherAccounts } from "./other-accounts.ts";
import { policyOperations } from "./policies.ts";
import {
  authorizationOperations,
  pullThroughCacheOperations,
  repositoryOperations,
  settingOperations,
} from "./repositories.ts";
import { createEcrState } from "./state.ts";

export const ecr: Definition<"ecr"> = {
  create: createEcr,
  client: "ecr",
  wires: [{ protocol: "awsJson1.1", route: "AmazonEC2ContainerRegistry_V20150921" }],
  invalidValue: "InvalidParameterException",
};

/** ECR over the registry of runtime/registry. Source of shapes, limits and errors: API reference 2015-09-21. */
export function createEcr(environment: Environment): Service<"ecr"> {
  const state = createEcrState(environment);
  return {
    operations: guardOtherAccounts(state, {
      ...authorizationOperations(state),
      ...repositoryOperations(state),
      ...imageOperations(state),
      ...changeImageOperations(state),
      ...layerOperations(state),
      ...policyOperations(state),
      ...settingOperations(state),
      ...pullThroughCacheOperations(state),
    }),
  };
}
