import { Failure } from "../../shared/failure.ts";

/** Returns the address of the repository that this runs in, such as `https://github.com/owner/name`. */
export function originOf({
  GITHUB_SERVER_URL: server,
  GITHUB_REPOSITORY: repository,
}: NodeJS.ProcessEnv): string {
  if (server && repository) return `${server}/${repository}`;
  throw new Failure("GITHUB_SERVER_URL and GITHUB_REPOSITORY, the address of the source, are not set", {
    nextStep: "run this in a GitHub workflow, or set both; nothing was changed.",
  });
}
