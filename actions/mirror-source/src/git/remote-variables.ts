import type { CodeCommitClient } from "@aws-sdk/client-codecommit";
import { SignatureV4 } from "@smithy/signature-v4";
import type { MirrorContext } from "../context.ts";
import { asVariables } from "./git.ts";

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

/**
 * Creates the HTTP Basic credentials that CodeCommit's Git server accepts for `url`, for 15 minutes: the access key
 * (and `%`, the session token), and a Signature Version 4 of an otherwise empty request `GIT`. The client's credentials
 * sign. Source: aws-cli, awscli/customizations/codecommit.py. Its time stamp has no Z where it is signed, has one where
 * it is sent, and the host has no port.
 *
 * @internal
 */
export async function signForGit(client: CodeCommitClient, url: URL, date: Date) {
  const { config } = client;
  const [credentials, region] = await Promise.all([config.credentials(), config.region()]);
  const service = "codecommit";
  const hash = async (text: string) => {
    const sha256 = new config.sha256();
    sha256.update(new TextEncoder().encode(text));
    return Buffer.from(await sha256.digest()).toString("hex");
  };
  const timestamp = date.toISOString().replace(/[-:]|\.\d+Z$/g, "");
  const request = `GIT\n${url.pathname}\n\nhost:${url.hostname}\n\nhost\n`;
  const scope = `${timestamp.slice(0, 8)}/${region}/${service}/aws4_request`;
  const signer = new SignatureV4({ credentials, region, service, sha256: config.sha256 });
  const signature = await signer.sign(
    ["AWS4-HMAC-SHA256", timestamp, scope, await hash(request)].join("\n"),
    { signingDate: date },
  );
  const { accessKeyId, sessionToken } = credentials;
  return {
    user: sessionToken ? `${accessKeyId}%${sessionToken}` : accessKeyId,
    password: `${timestamp}Z${signature}`,
  };
}
