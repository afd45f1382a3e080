import type { Environment } from "../../environment.ts";
import type { Service } from "../api.ts";
import type { Definition } from "../definition.ts";
import { branchOperations, commitOperations } from "./commits.ts";
import { createCommitOperation } from "./create-commit.ts";
import { fileOperations } from "./files.ts";
import { repositoryOperations, tagOperations } from "./repositories.ts";
import { createCodeCommitState } from "./state.ts";

export const codecommit: Definition<"codecommit"> = {
  create: createCodeCommit,
  client: "codecommit",
  wires: [{ protocol: "awsJson1.1", route: "CodeCommit_20150413" }],
};

/**
 * Repositories backed by real Git, served at their clone URLs. Source of shapes, limits and errors: API reference
 * 2015-04-13.
 */
export function createCodeCommit(environment: Environment): Service<"codecommit"> {
  const state = createCodeCommitState(environment);
  return {
    operations: {
      ...repositoryOperations(state),
      ...branchOperations(state),
      ...commitOperations(state),
      ...createCommitOperation(state),
      ...fileOperations(state),
      ...tagOperations(state),
    },
  };
}
