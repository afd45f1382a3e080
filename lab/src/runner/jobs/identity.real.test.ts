import { nodeEnvironment } from "@ecs-delivery/program/node-environment.support";
import { startRealSimulator } from "@ecs-delivery/simulator/test-simulator.support";
import { afterEach, expect, it } from "vitest";
import { codeOfJob } from "../result.ts";
import { createTestRepository, type TestRepository, workflowOf } from "../test-repository.support.ts";
import { createTokenIssuer, githubIssuer, idOf } from "./token-issuer.ts";

let repository: TestRepository | undefined;
afterEach(() => repository?.remove());

const job = (name: string, settings: string, steps: string) => `
  ${name}:
    runs-on: ubuntu-latest
    ${settings}
    steps:
${steps.trim().replace(/^/gm, "      ")}
`;
const permitted = "permissions: { id-token: write }";
const countVariables = '- run: env | grep -c "^ACTIONS_ID_TOKEN_REQUEST_" || true\n';

it("has GitHub's claims, and is for the holder of the job's secret alone", async () => {
  const request = `
- run: |
    ask() { curl --silent "$ACTIONS_ID_TOKEN_REQUEST_URL$1" -H "Authorization: bearer $2" -H "Origin: $3" -w ' %{http_code}'; }
    ask "&audience=sts.amazonaws.com" "$ACTIONS_ID_TOKEN_REQUEST_TOKEN"; echo
    ask "" "$ACTIONS_ID_TOKEN_REQUEST_TOKEN"; echo
    ask "" x; echo
    ask "" "$ACTIONS_ID_TOKEN_REQUEST_TOKEN" http://evil.example | tail -1`;
  const called = job("inner", "environment: 'a:b'", request);
  repository = await createTestRepository({
    ...workflowOf(`
  call:
    permissions: write-all
    uses: ./.github/workflows/called.yml
`),
    ".github/workflows/called.yml": `on: workflow_call\njobs:${called}`,
  });
  const { sha } = await repository.run();
  const lines = repository.lines();
  expect(lines.slice(2)).toEqual([" 401", " 403"]);
  const [claims, own] = lines.slice(0, 2).map((line) => {
    const payload = JSON.parse(line.replace(/ 200$/, "")).value.split(".")[1];
    return JSON.parse(Buffer.from(payload, "base64url").toString());
  });
  const file = "octo/coffee/.github/workflows";
  expect(claims).toMatchObject({
    ...{ iss: githubIssuer, aud: "sts.amazonaws.com", sub: "repo:octo/coffee:environment:a%3Ab" },
    ...{ repository: "octo/coffee", repository_id: idOf("octo/coffee"), ref: "refs/heads/main", sha },
    ...{
      event_name: "workflow_dispatch",
      environment: "a:b",
      run_id: "1",
      actor: "octo",
      workflow: "main",
    },
    workflow_ref: `${file}/main.yml@refs/heads/main`,
    job_workflow_ref: `${file}/called.yml@refs/heads/main`,
    exp: claims.iat + 300,
  });
  expect(own.aud).toBe("https://github.com/octo");
});

it.each(["", "permissions: { contents: write }", "permissions: read-all"])(
  "is not available with '%s'",
  async (permissions) => {
    const inherited = { ACTIONS_ID_TOKEN_REQUEST_URL: "http://x", ACTIONS_ID_TOKEN_REQUEST_TOKEN: "x" };
    repository = await createTestRepository(workflowOf(job("job", permissions, countVariables)), {
      environment: { ...nodeEnvironment(), ...inherited },
    });
    await repository.run();
    expect(repository.lines()).toEqual(["0"]);
  },
);

it("is for a pull request of the repository, as secrets are, and not for one of a fork", async () => {
  const steps = `${countVariables}- run: echo "secret=\${{ secrets.KEY }}"`;
  const files = workflowOf(job("job", "permissions: write-all", steps), "on: pull_request");
  repository = await createTestRepository(files, { secrets: { KEY: "key" } });
  const head = await repository.commit({});
  await (await repository.openPullRequest(head, head))?.result;
  const result = await (await repository.openPullRequest(head, head, "mallory/coffee"))?.result;
  expect(repository.lines()).toEqual(["2", "secret=***", "0", "secret="]);
  expect(result?.jobs[0]?.permissions).toEqual({ all: "read-all" });
});

it("opens the role whose trust it fulfils, and no other", async (context) => {
  const issuer = await createTokenIssuer();
  const simulator = await startRealSimulator({ identityKeys: { [githubIssuer]: issuer.keys } });
  context.onTestFinished(() => simulator.close());
  const { iam } = simulator.aws;
  const provider = { Url: githubIssuer, ClientIDList: ["sts.amazonaws.com"] };
  const { OpenIDConnectProviderArn: Federated } = await iam.createOpenIDConnectProvider(provider);
  const key = (claim: string) => `token.actions.githubusercontent.com:${claim}`;
  const sub = "repo:octo/coffee:environment:production";
  const workflow = "octo/coffee/.github/workflows/main.yml@refs/heads/main";
  const Statement = {
    ...{ Effect: "Allow", Principal: { Federated }, Action: "sts:AssumeRoleWithWebIdentity" },
    Condition: { StringEquals: { [key("sub")]: sub, [key("job_workflow_ref")]: workflow } },
  };
  const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
  const { Role } = await iam.createRole({ RoleName: "deploy", AssumeRolePolicyDocument });
  const logIn = (audience = "") => `
- uses: aws-actions/configure-aws-credentials@v6
  with: { aws-region: us-east-1, role-to-assume: "${Role?.Arn}", audience: "${audience}" }`;
  const jobs = [
    job("trusted", `${permitted}\n    environment: production`, logIn()),
    job("other-environment", `${permitted}\n    environment: staging`, logIn()),
    job("other-audience", `${permitted}\n    environment: production`, logIn("https://github.com/octo")),
    job("without-token", "environment: production", logIn()),
  ];
  const environment = { ...nodeEnvironment(), AWS_ENDPOINT_URL: simulator.endpoint };
  repository = await createTestRepository(workflowOf(jobs.join("")), { environment, issuer });
  const result = await repository.run();
  expect(Object.fromEntries(result.jobs.map((each) => [each.name, each.annotations[0]?.message]))).toEqual({
    trusted: undefined,
    "other-environment": "Not authorized to perform sts:AssumeRoleWithWebIdentity",
    "other-audience": "Incorrect token audience",
    "without-token": expect.stringContaining("Did you remember to add 'id-token: write'"),
  });
  const session = /^Authenticated as arn:aws:sts::\d+:assumed-role\/deploy\/GitHubActions$/;
  expect(repository.lines()).toContainEqual(expect.stringMatching(session));
});

// No other process has this command.
const sleep = `sleep 9${process.pid}`;

it.each([
  ["in the background", `${sleep} &`],
  ["of a session of its own", `setsid nohup ${sleep} > /dev/null 2>&1 < /dev/null &`],
  ["without the tracking id", `RUNNER_TRACKING_ID= setsid ${sleep} > /dev/null 2>&1 &`],
  ["of a child without variables", `sh -c 'env -i ${sleep} & wait' &`],
  ["that another one starts again", `setsid sh -c 'while :; do ${sleep}; done' > /dev/null 2>&1 &`],
])("a process %s ends with its job", async (_, command) => {
  const list = `ps -eo args= | grep -cx "${sleep}" || true`;
  const next = job("next", "needs: job", `- run: ${list}`);
  repository = await createTestRepository(
    workflowOf(job("job", "", `- run: "${command} echo started"`) + next),
  );
  expect((await repository.run()).conclusion).toBe("success");
  const lines = repository.lines();
  expect([lines[0], lines.at(-1)]).toEqual(["started", "0"]);
});

it("a job's record lists the files that it executed, and shows code of the repository among them", async () => {
  const use = (source: string) => `- uses: actions/checkout@v7\n- uses: ${source}/actions/a\n`;
  const foreignShell = `
- run: |
    mkdir bin
    printf '#!/bin/bash\\nexec /bin/bash "$@"' > bin/bash
    chmod +x bin/bash
    echo "$PWD/bin" >> "$GITHUB_PATH"
- run: echo`;
  const child = `
- run: |
    node run.mjs > out &
    until [ -s out ]; do :; done`;
  const jobs = [
    job("own", "", use("$")),
    job("checkout", "", use(".")),
    job("path", "", foreignShell),
    job("child", "", use("$") + child),
  ];
  repository = await createTestRepository({
    "actions/a/action.yml": "name: a\ndescription: a\nruns: { using: node24, main: main.mjs }",
    "actions/a/main.mjs": `
import "./part.mjs";
import { createRequire } from "node:module";
createRequire(import.meta.url)("./old.cjs");
console.log("options: " + process.execArgv.length);`,
    "actions/a/part.mjs": "",
    "actions/a/old.cjs": "",
    "run.mjs": "console.log(1); setInterval(() => {}, 1000);",
    ...workflowOf(jobs.join("")),
  });
  const result = await repository.run();
  expect(repository.lines()).toContain("options: 0");
  const workspace = /^run-1\/job-\d\/coffee\/coffee\//;
  const found = result.jobs.map((each) => [
    each.name,
    codeOfJob(each).map((file) => file.replace(workspace, "")),
  ]);
  expect(Object.fromEntries(found)).toEqual({
    own: [],
    checkout: ["actions/a/main.mjs", "actions/a/old.cjs", "actions/a/part.mjs"],
    path: ["bin/bash"],
    child: ["run.mjs"],
  });
  const loaded = ["main.mjs", "old.cjs", "part.mjs"].map((file) => `runner/run-1/commit/actions/a/${file}`);
  const { executed = [] } = result.jobs.find(({ name }) => name === "own") ?? {};
  expect(executed).toEqual(expect.arrayContaining([process.execPath, ...loaded]));
});
