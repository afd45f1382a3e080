import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { findProgram } from "../runner/jobs/job-processes.ts";

/** Seconds: tasks start in real time, however fast AWS's own waits pass. */
const shortestWait = 60;
/** AWS's waiters for ECS: 40 polls, 15 seconds apart. */
const awsWait = 600;

/** Returns the program `aws` of the steps, and what differs from the one of GitHub's runner. */
export async function findAwsCli(environment: Readonly<Record<string, string>>, timeScale: number) {
  const fix =
    "Fix: install version 2 (https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html)";
  let other: { program: string; notes: string[] } | undefined;
  for (const folder of (environment.PATH ?? "").split(":")) {
    const path = findProgram("aws", { PATH: folder });
    const version = path && (await versionOf(path, environment));
    if (!path || !version) continue;
    const isSecond = version.startsWith("2.");
    const found = { program: scriptOf(path, timeScale, isSecond ? "" : givenEndpoint), notes: [] };
    if (isSecond) return found;
    const note = `${path} is version ${version} of the AWS CLI, and GitHub's runner has version 2. ${fix}`;
    other ??= { ...found, notes: [note] };
  }
  if (other) return other;
  const problem = `The AWS CLI is not installed, so that each line with aws fails. ${fix}`;
  return { program: `#!/bin/sh\necho "aws: ${problem}" >&2\nexit 127\n`, notes: [problem] };
}

async function versionOf(path: string, env: Readonly<Record<string, string>>): Promise<string | undefined> {
  const printed = await promisify(execFile)(path, ["--version"], { env, timeout: 20_000 }).catch(
    () => undefined,
  );
  return printed && /aws-cli\/(\S+)/.exec(printed.stdout + printed.stderr)?.[1];
}

/** Version 1 calls RDS in us-east-1 at AWS, whatever the variable says. */
const givenEndpoint = 'set -- --endpoint-url "$AWS_ENDPOINT_URL" "$@"\n';

/**
 * A waiter would poll in real time, 15 seconds apart. Each start of the program polls at once, later starts have more
 * time for it: a busy machine may need it.
 */
const scriptOf = (path: string, timeScale: number, first: string) => `#!/bin/sh
aws='${path.replaceAll("'", `'\\''`)}'
${first}case " $* " in *" wait "*) ;; *) exec "$aws" "$@" ;; esac
command -v timeout > /dev/null || exec "$aws" "$@"
end=$(($(date +%s) + ${Math.max(shortestWait, Math.ceil(awsWait / timeScale))})) patience=4
while [ "$(date +%s)" -lt $end ]; do
  timeout --foreground $patience "$aws" "$@"
  code=$?
  [ $code = 124 ] || exit $code
  patience=$((patience + 2))
done
echo "Waiter failed: Max attempts exceeded" >&2
exit 255
`;
