import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { nodeEnvironment } from "@ecs-delivery/program/node-environment.support";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { actionsOfProject } from "../project.support.ts";
import { createTestRepository, type TestRepository, workflowOf } from "../test-repository.support.ts";

const actions = await actionsOfProject(["log-in-to-aws"]);

const sts = createServer(async (request, response) => {
  const action = new URLSearchParams(await text(request)).get("Action") ?? "";
  asked.push(action);
  const result = results[action] ?? "";
  if (request.headers.authorization?.includes("EXPIRED"))
    return response
      .writeHead(403)
      .end("<ErrorResponse><Error><Code>ExpiredToken</Code><Message>x</Message></Error></ErrorResponse>");
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

const values = ["IOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "IQoJb3JpZ2luX2VjEBQa=="];
const lines = [
  `aws_access_key_id=ASIA${values[0]}`,
  `aws_secret_access_key=${values[1]}`,
  `aws_session_token=${values[2]}`,
];
/** The block that AWS Details shows. */
const block = ["[default]", ...lines].join("\n");

async function logIn(
  secrets: Record<string, string>,
  vars: Record<string, string> = {},
  settings = "",
  before = "",
) {
  repository = await createTestRepository(
    {
      ...actions,
      ...workflowOf(`
  job:
    runs-on: ubuntu-latest
    ${settings || "permissions: { id-token: write }"}
    steps:
${before}
      - uses: $/actions/log-in-to-aws
        with:
          role-to-assume: \${{ vars.ROLE }}
          aws-credentials: \${{ secrets.BLOCK }}
          aws-access-key-id: \${{ secrets.ID }}
          aws-secret-access-key: \${{ secrets.KEY }}
          aws-session-token: \${{ secrets.TOKEN }}
      - if: vars.QUIET == ''
        run: echo "$AWS_REGION $AWS_ACCESS_KEY_ID $AWS_SECRET_ACCESS_KEY \${AWS_SESSION_TOKEN-none}"
`),
    },
    {
      environment: { ...nodeEnvironment(), AWS_ENDPOINT_URL: endpoint },
      secrets,
      vars,
    },
  );
  const result = await repository.run();
  const annotations = result.jobs.flatMap((job) => job.annotations);
  const errors = annotations.filter(({ level }) => level === "error");
  return { ...result, annotations, errors, lines: repository.lines() };
}

/** A file to which foreign code writes the environment that it gets. */
const theft = join(await mkdtemp(join(tmpdir(), "theft-")), "environment");
afterAll(() => rm(dirname(theft), { recursive: true }));
const stealing = `process.getBuiltinModule('fs').appendFileSync('${theft}',JSON.stringify(process.env))`;
const setVariable = (name: string, value: string) => `echo "${name}=${value}" >> "$GITHUB_ENV"`;
const foreignPrograms = `mkdir bin
for name in node bash sh; do printf '#!/bin/sh\\nenv >> ${theft}\\n' > "bin/$name"; done
chmod +x bin/*
echo "$PWD/bin" >> "$GITHUB_PATH"`;

it.each([
  ["nothing", {}],
  ["a key without its secret", { ID: keys.ID }],
  ["a secret without its key", { KEY: keys.KEY }],
])("given %s, fails with one error that states what to add and where", async (_, secrets) => {
  const { conclusion, errors } = await logIn(secrets);
  expect(conclusion).toBe("failure");
  expect(asked).toEqual([]);
  expect(errors).toEqual([
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

it("given a role in a job of GitHub's runner without id-token, names the permission", async () => {
  const settings = "env: { RUNNER_ENVIRONMENT: github-hosted }";
  const { conclusion, errors } = await logIn(keys, { ROLE: "arn:aws:iam::123456789012:role/x" }, settings);
  expect(conclusion).toBe("failure");
  expect(asked).toEqual([]);
  expect(errors.map(({ title }) => title)).toEqual(["No permission id-token"]);
});

it("given a role and keys, uses the role, through the job's identity alone", async () => {
  const { conclusion, lines } = await logIn(keys, { ROLE: "arn:aws:iam::123456789012:role/delivery" });
  expect(conclusion).toBe("success");
  expect(asked).toEqual(["AssumeRoleWithWebIdentity", "GetCallerIdentity"]);
  expect(lines.at(-1)).toBe("us-east-1 ASIAOFTHEROLE *** ***");
});

it.each([
  ["the lab's lines", block],
  ["permanent keys", `aws_access_key_id=AKIAIOSFODNN7EXAMPLE\n${lines[1]}`, "us-east-1 *** *** none"],
])("given one secret with %s, exports its keys, hidden", async (_, BLOCK, line = "us-east-1 *** *** ***") => {
  const { conclusion, lines } = await logIn({ BLOCK });
  expect(conclusion).toBe("success");
  expect(asked).toEqual(["GetCallerIdentity", "GetCallerIdentity"]);
  expect(lines.at(-1)).toBe(line);
});

it.each<[string, Record<string, string>, string, RegExp]>([
  [
    "a block without its last line",
    { BLOCK: block.replace(/aws_session.*/, "") },
    "Incomplete AWS keys",
    /^In aws-credentials, the line aws_session_token=\.\.\. is missing\. Fix: copy the lines of AWS Details/,
  ],
  [
    "a block and a key",
    { BLOCK: block, ID: keys.ID, TOKEN: keys.TOKEN },
    "AWS keys given twice",
    /^aws-credentials is given, and also aws-access-key-id, aws-session-token\. Fix: delete/,
  ],
  [
    "a block of an ended session",
    { BLOCK: block.replace("ASIA", "EXPIRED") },
    "AWS keys have expired",
    /^The keys of aws-credentials have expired: AWS refused them at \d{4}-\d\d-\d\d \d\d:\d\d UTC, and does not report when they ended\. Fix: start the lab, copy/,
  ],
  [
    "a block of an ended session that states its end",
    { BLOCK: `${block.replace("ASIA", "EXPIRED")}\nSession to end at: 2026-01-05T12:31:14-0800` },
    "AWS keys have expired",
    /have expired: their session was to end at 2026-01-05 20:31 UTC, as the block states\. Fix/,
  ],
  [
    "three keys of an ended session",
    { ...keys, ID: "EXPIRED" },
    "AWS keys have expired",
    /^The keys of aws-access-key-id, aws-secret-access-key, aws-session-token have expired: .* Fix: copy the current keys/,
  ],
])("given %s, fails with one error that shows no key", async (_, secrets, title, message) => {
  const { conclusion, jobs, errors, lines } = await logIn(secrets);
  expect(conclusion).toBe("failure");
  expect(errors).toEqual([{ level: "error", title, message: expect.stringMatching(message) }]);
  const shown = JSON.stringify([lines, jobs]);
  for (const value of values) expect(shown).not.toContain(value);
});

it.each<[string, string, string?, string?]>([
  ["puts another node and bash into PATH", foreignPrograms],
  ["gives Node.js an option", "", `env: { NODE_OPTIONS: "--import=data:text/javascript,${stealing}" }`],
  [
    "has bash run a script that ends each step early, without an error",
    `echo 'env >> ${theft}; exit 0' > "$RUNNER_TEMP/a"\n${setVariable("BASH_ENV", "$RUNNER_TEMP/a")}`,
    "",
    "BASH_ENV",
  ],
  ["preloads a library", setVariable("LD_PRELOAD", "/a.so"), "", "LD_PRELOAD"],
  [
    "loads a library, and deceives the first check",
    `${setVariable("LD_AUDIT", "/a.so")}\n${foreignPrograms}`,
    "",
    "LD_AUDIT",
  ],
  ["gives OpenSSL a provider", setVariable("OPENSSL_CONF", "/a.cnf"), "", "OPENSSL_CONF"],
])("gives no key to code of a job that %s", async (_, script, settings, refused) => {
  await writeFile(theft, "");
  const step = script && `      - run: |\n${script.replace(/^/gm, "          ")}`;
  const { conclusion, errors } = await logIn({ BLOCK: block }, { QUIET: "true" }, settings, step);
  const stolen = await readFile(theft, "utf8");
  expect(values.filter((value) => stolen.includes(value))).toEqual([]);
  expect([conclusion, asked.length > 0]).toEqual(refused ? ["failure", false] : ["success", true]);
  const title = "Foreign code in every process";
  const message = expect.stringMatching(new RegExp(`^${refused} is set.* Fix: remove it`));
  expect(errors).toEqual(refused ? [{ level: "error", title, message }] : []);
});

it("states in one notice where requests go, for roles too", async () => {
  const settings = `env: { AWS_ENDPOINT_URL: "http://user:word@aws.example/x", AWS_ENDPOINT_URL_S3: s3, AWS_CA_BUNDLE: ca }
    permissions: { id-token: write }`;
  const { annotations } = await logIn(keys, { ROLE: "arn:aws:iam::123456789012:role/x" }, settings);
  const message = expect.stringMatching(
    /^AWS_CA_BUNDLE is ca, AWS_ENDPOINT_URL is http:\/\/aws.example\/x, AWS_ENDPOINT_URL_S3 is s3\./,
  );
  expect(annotations).toContainEqual({ level: "notice", title: "AWS endpoint", message });
});
