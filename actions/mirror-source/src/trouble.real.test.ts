import type { CodeCommitClient } from "@aws-sdk/client-codecommit";
import type { Fault } from "@ecs-delivery/simulator";
import { expect, test } from "vitest";
import { git } from "../../core/git.support.ts";
import { serve } from "../../load/server.support.ts";
import { commit, useStage } from "./stage.support.ts";

const stage = await useStage();

/** Returns a client that calls `happen` right before or right after its nth read of the branch. */
function clientWith(nth: number, when: "before" | "after", happen: () => Promise<unknown>): CodeCommitClient {
  const client = stage.client();
  let reads = 0;
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (input) => {
        const isMeant = commandName === "GetBranchCommand" && ++reads === nth;
        if (isMeant && when === "before") await happen();
        return next(input).finally(() => (isMeant && when === "after" ? happen() : undefined));
      },
    { step: "initialize" },
  );
  return client;
}

test("leaves a branch that another push moves meanwhile as it is, and says so", async () => {
  const { source, repository } = await stage.pair();
  const first = (await stage.mirror(stage.context(source), { repository })).commit;
  await git(source, "checkout", "--quiet", "-b", "other");
  const theirs = await commit(source, { "menu.txt": "chai\n" });
  await git(source, "checkout", "--quiet", "main");
  await commit(source, { "menu.txt": "mocha\n" });
  const codecommit = clientWith(1, "after", async () => {
    await git(source, "checkout", "--quiet", "other");
    await stage.mirror(stage.context(source), { repository });
  });
  await expect(
    stage.mirror(stage.context(source, { codecommit }), { repository, force: "true" }),
  ).rejects.toThrow(
    `Somebody moved dev of ${repository}, from ${first.slice(0, 10)}, to ${theirs} in the meantime`,
  );
  expect(await stage.head(repository)).toBe(theirs);
});

test("accepts an equal run at the same time", async () => {
  const { source, repository } = await stage.pair();
  const codecommit = clientWith(1, "after", () => stage.mirror(stage.context(source), { repository }));
  const head = await git(source, "rev-parse", "HEAD");
  expect(await stage.mirror(stage.context(source, { codecommit }), { repository })).toMatchObject({
    commit: head,
    pushed: false,
  });
});

test("fails when another push moves the branch right after this one, since it does not have the commit", async () => {
  const { source, repository } = await stage.pair();
  const head = await git(source, "rev-parse", "HEAD");
  const codecommit = clientWith(2, "before", async () => {
    await commit(source, { "menu.txt": "chai\n" });
    await stage.mirror(stage.context(source), { repository });
  });
  await expect(stage.mirror(stage.context(source, { codecommit }), { repository })).rejects.toThrow(
    `Somebody moved dev of ${repository}, from ${head.slice(0, 10)}, to`,
  );
});

test("signs with temporary keys and their session token as well", async () => {
  const { source, repository } = await stage.pair({ "app/a": "1\n" });
  const { Credentials } = await assumeRole();
  const codecommit = stage.client({
    credentials: {
      accessKeyId: Credentials?.AccessKeyId ?? "",
      secretAccessKey: Credentials?.SecretAccessKey ?? "",
      sessionToken: Credentials?.SessionToken,
    },
  });
  const context = stage.context(source, { codecommit });
  expect(await stage.mirror(context, { repository, path: "app" })).toMatchObject({ pushed: true });
  expect(await stage.mirror(context, { repository, path: "app" })).toMatchObject({ hasChanges: false });
});

test("pushes nothing with keys that do not belong together", async () => {
  const { source, repository } = await stage.pair();
  const { accessKeyId } = stage.simulator.clientConfig.credentials;
  const codecommit = stage.client({ credentials: { accessKeyId, secretAccessKey: "wrong" } });
  const mirroring = stage.mirror(stage.context(source, { codecommit }), { repository });
  await expect(mirroring).rejects.toMatchObject({ name: "InvalidSignatureException" });
  expect(await stage.head(repository)).toBeUndefined();
});

test("masks credentials, and sends them to no other address by a redirection", async () => {
  const seen: (string | undefined)[] = [];
  const url = await serve((request, response) => {
    seen.push(request.headers.authorization);
    response.end();
  });
  const address = await serve((request, response) => {
    if (request.method === "POST" && request.url === "/")
      return void answer(String(request.headers["x-amz-target"]));
    response.writeHead(302, { Location: `${url}${request.url}` }).end();
    function answer(target: string) {
      response.setHeader("Content-Type", "application/x-amz-json-1.1");
      const metadata = { repositoryMetadata: { cloneUrlHttp: `${address}/v1/repos/deployment` } };
      if (target.endsWith("GetRepository")) return response.end(JSON.stringify(metadata));
      return response.writeHead(400).end(JSON.stringify({ __type: "BranchDoesNotExistException" }));
    }
  });
  const masked: string[] = [];
  const context = stage.context(await stage.repository(), {
    codecommit: stage.client({ endpoint: address }),
    mask: (secret) => void masked.push(secret),
  });
  await expect(stage.mirror(context, { repository: "deployment" })).rejects.toThrow(
    "credentials are not sent there",
  );
  expect(seen).toEqual([]);
  expect(masked).toEqual([
    expect.stringMatching(/^\d{8}T\d{6}Z[0-9a-f]{64}$/),
    expect.stringMatching(/^[\w+/]+=*$/),
  ]);
});

// A push is two requests: first for the existing refs, then with what is new.
test.each<[string, Fault, string, string]>([
  [
    "GitPush is not allowed",
    { kind: "deny", operation: "codecommit:GitPush" },
    "refused access",
    "codecommit:GitPush",
  ],
  [
    "GitPull is not allowed",
    { kind: "deny", operation: "codecommit:GitPull" },
    "could not fetch dev of",
    "codecommit:GitPull",
  ],
  [
    "CodeCommit fails",
    { kind: "unavailable", operation: "codecommit:GitPush" },
    "connection to CodeCommit's Git server broke",
    "run the job again",
  ],
  [
    "the push is interrupted before it is done",
    { kind: "cut", operation: "codecommit:GitPush", after: 1 },
    "connection to CodeCommit's Git server broke",
    "run the job again",
  ],
])("%s: leaves the branch, says what to do, and can be run again", async (_, fault, message, nextStep) => {
  const { source, repository } = await stage.pair({ "app/menu.txt": "mocha\n" });
  const mirror = () => stage.mirror(stage.context(source), { repository, path: "app" });
  const { commit: before } = await mirror();
  await commit(source, { "app/menu.txt": "latte\n" });
  stage.simulator.faults.add(fault);
  await expect(mirror()).rejects.toMatchObject({
    message: expect.stringContaining(message),
    nextStep: expect.stringContaining(nextStep),
  });
  expect(await stage.head(repository)).toBe(before);
  stage.simulator.faults.clear();
  expect(await mirror()).toMatchObject({ previous: before, pushed: true });
});

test("recognizes a push whose response is lost as done", async () => {
  const { source, repository } = await stage.pair();
  stage.simulator.faults.add({ kind: "cut-answer", operation: "codecommit:GitPush", after: 1 });
  const head = await git(source, "rev-parse", "HEAD");
  expect(await stage.mirror(stage.context(source), { repository })).toMatchObject({
    commit: head,
    pushed: true,
  });
  expect(await stage.head(repository)).toBe(head);
});

async function assumeRole() {
  const { iam, sts } = stage.simulator.aws;
  const trust = { Effect: "Allow", Principal: { AWS: "123456789012" }, Action: "sts:AssumeRole" };
  const { Role } = await iam.createRole({
    RoleName: "mirror",
    AssumeRolePolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: [trust] }),
    MaxSessionDuration: 43_200,
  });
  // The longest duration: the simulator's hours pass in seconds.
  return sts.assumeRole({ RoleArn: Role?.Arn, RoleSessionName: "run", DurationSeconds: 43_200 });
}
