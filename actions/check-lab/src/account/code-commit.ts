import {
  CodeCommitClient,
  GetBranchCommand,
  GetFileCommand,
  GetFolderCommand,
  ListRepositoriesCommand,
} from "@aws-sdk/client-codecommit";
import { once } from "../outcome.ts";
import { type AccountConfig, type Reads, unlessMissing } from "./reads.ts";

export function readCodeCommit(config: AccountConfig, { ask, list }: Reads) {
  const codecommit = new CodeCommitClient(config);
  const absent = [
    "RepositoryDoesNotExistException",
    "BranchDoesNotExistException",
    "FileDoesNotExistException",
  ];
  return {
    gitRepositories: once(() =>
      list(
        "codecommit:ListRepositories",
        (nextToken) => codecommit.send(new ListRepositoriesCommand({ nextToken })),
        ({ repositories }) => repositories?.map(({ repositoryName = "" }) => repositoryName),
      ),
    ),
    /** The commit of a branch; undefined without it. */
    branch: once(async (repositoryName: string, branchName: string) => {
      const read = ask("codecommit:GetBranch", () =>
        codecommit.send(new GetBranchCommand({ repositoryName, branchName })),
      );
      return (await unlessMissing(read, absent))?.branch?.commitId;
    }),
    gitFolder: once((repositoryName: string, commitSpecifier: string, folderPath: string) =>
      ask("codecommit:GetFolder", () =>
        codecommit.send(new GetFolderCommand({ repositoryName, commitSpecifier, folderPath })),
      ),
    ),
    gitFile: once(async (repositoryName: string, commitSpecifier: string, filePath: string) => {
      const read = ask("codecommit:GetFile", () =>
        codecommit.send(new GetFileCommand({ repositoryName, commitSpecifier, filePath })),
      );
      const found = await unlessMissing(read, absent);
      return found?.fileContent && Buffer.from(found.fileContent).toString("utf8");
    }),
  };
}
