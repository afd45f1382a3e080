import type { UserInfo } from "@aws-sdk/client-codecommit";
import type { Environment } from "../../../environment.ts";
import type { AwsError } from "../../../kit/errors.ts";
import {
  ActionFailure,
  type ActionJob,
  type ActionResult,
  orActionFailure,
  overrideOf,
  quote,
  type Source,
} from "./action.ts";

type Configuration = Readonly<Record<string, string>>;

/** Source: the files of a branch's head ("CodeCommit source action reference", CodePipeline user guide). */
export const codeCommitSource: Source = {
  perform: takeCommit,
  polled: true,
  overrides: ["COMMIT_ID"],
  latest: headOf,
};

async function takeCommit(job: ActionJob): Promise<ActionResult> {
  const { environment, configuration, run } = job;
  const { RepositoryName: repositoryName = "" } = configuration;
  const commitId = overrideOf(job, "COMMIT_ID") ?? (await headOf(environment, configuration));
  const { aws, git, region } = environment;
  const { commit } = await orActionFailure(aws.codecommit.getCommit({ repositoryName, commitId }), service);
  const { repositoryMetadata } = await orActionFailure(
    aws.codecommit.getRepository({ repositoryName }),
    service,
  );
  const artifact = await git.archive(repositoryMetadata?.repositoryId ?? "", commitId);
  const url = `https://console.aws.amazon.com/codecommit/home?region=${region}#/repository/${repositoryName}/commit/${commitId}`;
  const summary = commit?.message ?? "";
  run.externalExecutionId = commitId;
  run.externalExecutionUrl = url;
  return {
    summary,
    source: { revision: { id: commitId, summary, url, created: dateOf(commit?.committer) }, artifact },
  };
}

const service = "AWSCodeCommit";

async function headOf({ aws }: Environment, configuration: Configuration): Promise<string> {
  const { RepositoryName: repositoryName = "", BranchName: branchName = "" } = configuration;
  const { branch } = await aws.codecommit
    .getBranch({ repositoryName, branchName })
    .catch((error: AwsError) => {
      throw new ActionFailure("ConfigurationError", reasonOf(error, repositoryName, branchName));
    });
  return branch?.commitId ?? "";
}

function reasonOf(error: AwsError, repository: string, branch: string): string {
  if (error.code === "BranchDoesNotExistException")
    return `The action failed because no branch named ${branch} was found in the selected AWS CodeCommit repository ${repository}. Make sure you are using the correct branch name, and then try again. Error: null`;
  return quote(service, error);
}

/** CodeCommit returns dates as Git stores them: seconds since 1970 and an offset, `1484167798 -0800`. */
function dateOf(user: UserInfo | undefined): Date | undefined {
  const seconds = Number.parseInt(user?.date ?? "", 10);
  return Number.isNaN(seconds) ? undefined : new Date(seconds * 1000);
}
