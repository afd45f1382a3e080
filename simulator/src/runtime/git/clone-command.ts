/**
 * Returns the command that clones a repository of the simulated CodeCommit with the AWS CLI's own credential helper,
 * which by default signs for AWS's hosts only.
 */
export function gitCloneCommand(endpoint: string, repositoryName = "NAME"): string {
  const settings = [
    "credential.helper='!aws codecommit credential-helper --ignore-host-check $@'",
    "credential.UseHttpPath=true",
  ];
  const options = settings.flatMap((setting) => ["--config", setting]).join(" ");
  return `git clone ${options} ${endpoint}/v1/repos/${repositoryName}`;
}
