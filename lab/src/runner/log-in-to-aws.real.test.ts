import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createTestRepository, type TestRepository, workflowOf } from "./test-repository.support.ts";

const path = "actions/log-in-to-aws/action.yml";
const action = readFileSync(join(import.meta.dirname, "../../..", path), "utf8");

const sts = createServer(async (request, response) => {
  const action = new URLSearchParams(await text(request)).get("Action") ?? "";
  asked.push(action);
  const result = results[action] ?? "";
  response
    .setHeader("content-type", "text/xml")
    .end(
      `<${action}Response xmlns="${namespace}"><${action}Result>${result}</${action}Result></${action}Response>`,
    );
});
const namespace = "https://sts.amazonaws.com/doc/2011-06-15/";
const results: Record<string, string> = {
  GetCallerIdentity: "<Arn>arn:aws:iam::123456789012:user/me</Arn><Account>123456789012</Account>",
  AssumeRoleWithWebIdentity:
    "<Credentials><AccessKeyId>ASIAOFTHEROLE</AccessKeyId><SecretAccessKey>roleKey</SecretAccessKey><SessionToken>roleToken</SessionToken></Credentials>",
};
/** Operations of STS that were called. */
let asked: string[] = [];
let endpoint: string;
let repository: TestRepository | undefined;

beforeAll(async () => {
  await once(sts.listen(0, "127.0.0.1"), "listening");
  endpoint = `http://127.0.0.1:${(sts.address() as AddressInfo).port}`;
});
afterAll(() => sts.close());
beforeEach(() => {
  asked = [];
});
afterEach(() => repository?.remove());

const keys = { ID: "AKIDEXAMPLE", KEY: "wJalrXUtnFEMI", TOKEN: "FQoGZXIvYXdz" };

async function logIn(secrets: Record<string, string>, vars: Record<string, string> = {}) {
  repository = await createTestRepository(
    {
      [path]: action,
      ...workflowOf(`
  job:
    runs-on: ubuntu-latest
    permissions: { id-token: write }
    steps:
      - uses: $/actions/log-in-to-aws
        with:
          role-to-assume: \${{ vars.ROLE }}
          aws-access-key-id: \${{ secrets.ID }}
          aws-secret-access-key: \${{ secrets.KEY }}
          aws-session-token: \${{ secrets.TOKEN }}
      - run: echo "$AWS_REGION $AWS_ACCESS_KEY_ID $AWS_SECRET_ACCESS_KEY \${AWS_SESSION_TOKEN-none}"
`),
    },
    {
      environment: { PATH: process.env.PATH ?? "", AWS_ENDPOINT_URL: endpoint },
      secrets,
      vars,
    },
  );
  const result = await repository.run();
  return { ...result, lines: repository.lines() };
}

describe("log-in-to-aws", () => {
  it.each([
    ["nothing", {}],
    ["a key without its secret", { ID: keys.ID }],
    ["a secret without its key", { KEY: keys.KEY }],
  ])("given %s, fails with one error that states what to add and where", async (_, secrets) => {
    const { conclusion, jobs } = await logIn(secrets);
    expect(conclusion).toBe("failure");
    expect(asked).toEqual([]);
    expect(jobs[0]?.annotations).toEqual([
      {
        level: "error",
        title: "No AWS credentials",
        message: expect.stringMatching(
          /^In Settings > .* of octo\/coffee, add the variable AWS_ROLE_TO_ASSUME/,
        ),
      },
    ]);
  });

  it.each([
    ["keys", { ID: keys.ID, KEY: keys.KEY }, "us-east-1 *** *** none"],
    ["temporary keys", keys, "us-east-1 *** *** ***"],
  ])("given %s, exports them, hidden", async (_, secrets, line) => {
    const { conclusion, lines } = await logIn(secrets);
    expect(conclusion).toBe("success");
    expect(lines.at(-1)).toBe(line);
  });

  it("given a role and keys, uses the role, through the job's identity alone", async () => {
    const { conclusion, lines } = await logIn(keys, { ROLE: "arn:aws:iam::123456789012:role/delivery" });
    expect(conclusion).toBe("success");
    expect(asked).toEqual(["AssumeRoleWithWebIdentity", "GetCallerIdentity"]);
    expect(lines.at(-1)).toBe("us-east-1 ASIAOFTHEROLE *** ***");
  });
});
