import type { Environment } from "../../environment.ts";
import type { Service } from "../api.ts";
import { catalogDataOperations } from "./catalog-data.ts";
import { imageOperations } from "./images.ts";
import { registryOperations } from "./registries.ts";
import { repositoryOperations } from "./repositories.ts";
import { settingOperations } from "./settings.ts";
import { createEcrPublicState } from "./state.ts";

/**
 * Public ECR over the registry of planes/registry.ts: everybody pulls, clients with a token push. Source of shapes,
 * limits and errors: API reference 2020-10-30.
 */
export function createEcrPublic(environment: Environment): Service<"ecrpublic"> {
  const state = createEcrPublicState(environment);
  return {
    operations: {
      ...registryOperations(state),
      ...repositoryOperations(state),
      ...imageOperations(state),
      ...catalogDataOperations(state),
      ...settingOperations(state),
    },
  };
}
