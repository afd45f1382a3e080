import type { Environment } from "../../environment.ts";
import type { Service } from "../api.ts";
import { branchOperations } from "./branches.ts";
import { repositoryOperations } from "./repositories.ts";
import { createCodeCommitState } from "./state.ts";
import { tagOperations } from "./tags.ts";

/**
 * Repositories with real Git under them, which their clone URLs serve. Source of shapes, limits and errors: API
 * reference 2015-04-13.
 */
export function createCodeCommit(environment: Environment): Service<"codecommit"> {
  const state = createCodeCommitState(environment);
  return {
    operations: { ...repositoryOperations(state), ...branchOperations(state), ...tagOperations(state) },
  };
}
