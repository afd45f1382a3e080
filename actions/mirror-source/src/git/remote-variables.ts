import type { MirrorWorld } from "../world.ts";
import { signForGit } from "./basic-credentials.ts";
import { asVariables } from "./settings.ts";

/**
 * Environment of one git command that talks to `url`: credentials signed now, sent to that address only, and seen by
 * that command only. Nobody is asked for others, no helper gives any, and no redirection is followed.
 */
export async function remoteVariables(
  { codecommit, clock, mask }: MirrorWorld,
  url: string,
): Promise<Record<string, string>> {
  const { user, password } = await signForGit(codecommit, new URL(url), new Date(clock.now()));
  const basic = Buffer.from(`${user}:${password}`).toString("base64");
  mask(password);
  mask(basic);
  const header = `http.${url}.extraHeader`;
  return {
    ...asVariables([
      // An empty value takes back what the machine's configuration has.
      ["credential.helper", ""],
      [header, ""],
      [header, `Authorization: Basic ${basic}`],
      ["http.followRedirects", "false"],
    ]),
    GIT_TERMINAL_PROMPT: "0",
    GIT_ASKPASS: "",
  };
}
