import type { MirrorContext } from "../context.ts";
import { signForGit } from "./basic-credentials.ts";
import { asVariables } from "./settings.ts";

/**
 * Returns the environment of one git command that connects to `url`: credentials signed now, sent to that address only,
 * and visible to that command only. Git prompts for no others, uses no credential helper, and follows no redirection.
 */
export async function remoteVariables(
  { codecommit, clock, mask }: MirrorContext,
  url: string,
): Promise<Record<string, string>> {
  const { user, password } = await signForGit(codecommit, new URL(url), new Date(clock.now()));
  const basic = Buffer.from(`${user}:${password}`).toString("base64");
  mask(password);
  mask(basic);
  const header = `http.${url}.extraHeader`;
  return {
    ...asVariables([
      // An empty value clears the helpers of the machine's configuration.
      ["credential.helper", ""],
      [header, ""],
      [header, `Authorization: Basic ${basic}`],
      ["http.followRedirects", "false"],
    ]),
    GIT_TERMINAL_PROMPT: "0",
    GIT_ASKPASS: "",
  };
}
