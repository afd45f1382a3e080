import { type Definition, serviceOn } from "../definition.ts";
import { commitOperations } from "./commits.ts";
import { createCommitOperation } from "./create-commit.ts";
import { fileOperations } from "./files.ts";
import { changeRepositoryOperations, repositoryOperations, repositoryTagOperations } from "./repositories.ts";
import { createCodeCommitState } from "./state.ts";

/**
 * Repositories backed by real Git, served at their clone URLs. Source of shapes, limits and errors: API reference
 * 2015-04-13.
 */
const createCodeCommit = serviceOn(createCodeCommitState, [
  repositoryOperations,
  changeRepositoryOperations,
  commitOperations,
  createCommitOperation,
  fileOperations,
  repositoryTagOperations,
]);

export const codecommit: Definition<"codecommit"> = {
  create: createCodeCommit,
  client: "codecommit",
  wires: [{ protocol: "awsJson1.1", route: "CodeCommit_20150413" }],
};
