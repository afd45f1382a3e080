import { CodeCommitClient } from "@aws-sdk/client-codecommit";
import { awsCli, run } from "@ecs-delivery/simulator/outside-clients/programs.support";
import { expect, test } from "vitest";
import { signForGit } from "./remote-variables.ts";

const keys = { accessKeyId: "ASIAEXAMPLE", secretAccessKey: "secret/with+signs" };

/** Returns what AWS's own credential helper gives to git. */
async function askCredentialHelper(url: URL, sessionToken: string | undefined) {
  const answer = await run(awsCli, ["codecommit", "credential-helper", "--ignore-host-check", "get"], {
    variables: {
      AWS_ACCESS_KEY_ID: keys.accessKeyId,
      AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
      AWS_REGION: "eu-west-1",
      AWS_DEFAULT_REGION: "eu-west-1",
      ...(sessionToken && { AWS_SESSION_TOKEN: sessionToken }),
    },
    stdin: `protocol=${url.protocol.slice(0, -1)}\nhost=${url.host}\npath=${url.pathname.slice(1)}\n\n`,
  });
  const [, user = "", password = ""] = /^username=(.*)\npassword=(.*)\n/.exec(answer) ?? [];
  return { user, password };
}

test.each<[string, string, string | undefined]>([
  ["of a role", "https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/deployment", "token/+="],
  ["of a user", "https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/my-code", undefined],
  ["for an address with a port", "http://127.0.0.1:4566/v1/repos/deployment", "token"],
])(
  "creates credentials %s equal to those of aws codecommit credential-helper",
  async (_, address, sessionToken) => {
    const url = new URL(address);
    const expected = await askCredentialHelper(url, sessionToken);
    const date = new Date(expected.password.slice(0, 16).replace(/(....)(..)(..T..)(..)/, "$1-$2-$3:$4:"));
    const client = new CodeCommitClient({ region: "eu-west-1", credentials: { ...keys, sessionToken } });
    expect(await signForGit(client, url, date)).toEqual(expected);
  },
);
