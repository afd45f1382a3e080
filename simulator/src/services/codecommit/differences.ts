import type { BlobMetadata, Difference } from "@aws-sdk/client-codecommit";
import { AwsError } from "../../kit/errors.ts";
import { page } from "../../kit/page.ts";
import type { Service } from "../api.ts";
import { resolveCommit } from "./commits.ts";
import { type CodeCommitState, find } from "./state.ts";
import { checkPath, entryAt } from "./tree.ts";

/** The id of the empty tree, which Git always knows. */
const emptyTree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

/** Default page size; the API reference does not document it. */
const listSize = 100;

export function differenceOperations(state: CodeCommitState): Service<"codecommit">["operations"] {
  const { environment } = state;
  return {
    async getDifferences(input) {
      const { beforeCommitSpecifier, afterCommitSpecifier, MaxResults = listSize, NextToken } = input;
      const repository = find(state, input.repositoryName);
      if (!afterCommitSpecifier) throw new AwsError("CommitRequiredException", "A commit was not specified.");
      if (!(MaxResults > 0))
        throw new AwsError("InvalidMaxResultsException", `MaxResults is greater than 0, not ${MaxResults}.`);
      const path = onePath(input.beforePath, input.afterPath);
      const after = await resolveCommit(environment, repository, afterCommitSpecifier);
      const before = beforeCommitSpecifier
        ? await resolveCommit(environment, repository, beforeCommitSpecifier)
        : emptyTree;
      const trees = [before, after];
      if (
        path !== "" &&
        !(await Promise.all(trees.map((id) => entryAt(environment, repository, id, path)))).some(Boolean)
      )
        throw new AwsError("PathDoesNotExistException", `There is no path ${path} in ${repository.name}`);
      const output = await environment.git.run(repository.id, [
        "--literal-pathspecs",
        "diff-tree",
        "-r",
        "-z",
        "--no-renames",
        ...trees,
        ...(path === "" ? [] : ["--", path]),
      ]);
      const { items, next } = page(parseDifferences(output), {
        size: MaxResults,
        token: NextToken,
        code: "InvalidContinuationTokenException",
      });
      return { differences: items, NextToken: next };
    },
  };
}

/** The only path of the differences. */
function onePath(before: string | undefined, after: string | undefined): string {
  const paths = [before, after].filter((path) => path !== undefined).map(checkPath);
  if (new Set(paths).size <= 1) return paths[0] ?? "";
  throw new AwsError(
    "InvalidPathException",
    `The simulator does not compare a folder with another one: beforePath and afterPath have to be the same, not ${paths.join(" and ")}.`,
  );
}

/** `:100644 100755 <id> <id> M`, the path. Source: git-diff-tree, "Raw output format". */
function parseDifferences(output: Buffer): Difference[] {
  const words = output.toString().split("\0").filter(Boolean);
  const differences: Difference[] = [];
  for (let at = 0; at + 1 < words.length; at += 2) {
    const [beforeMode = "", afterMode = "", beforeId = "", afterId = "", status = ""] = (words[at] ?? "")
      .slice(1)
      .split(" ");
    const path = words[at + 1];
    const side = (blobId: string, mode: string): BlobMetadata => ({ blobId, path, mode });
    const isAdded = status === "A";
    const isDeleted = status === "D";
    differences.push({
      ...(isAdded ? {} : { beforeBlob: side(beforeId, beforeMode) }),
      ...(isDeleted ? {} : { afterBlob: side(afterId, afterMode) }),
      // A file that became a link is changed, too.
      changeType: isAdded || isDeleted ? status : "M",
    });
  }
  return differences;
}
