const quote = (text: string) => (/^[\w./:+=@-]*$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

/** Settings that would take precedence over the exported keys: a session's token and the profiles of AWS's tools. */
const misleading = ["AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_DEFAULT_PROFILE"];

/** Returns lines to paste into a shell, so that the AWS CLI (1 and 2), boto3 and the SDKs use these variables alone. */
export function exportLines(variables: Readonly<Record<string, string>>): string[] {
  // Version 1 of the command line and boto3 do not read AWS_REGION.
  const complete = { AWS_DEFAULT_REGION: variables.AWS_REGION ?? "", ...variables };
  return [
    `unset ${misleading.filter((name) => !(name in complete)).join(" ")}`,
    ...Object.entries(complete).map(([name, value]) => `export ${name}=${quote(value)}`),
  ];
}

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
