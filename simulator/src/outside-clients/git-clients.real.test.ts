import { writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { signedCredentials } from "../runtime/git/credentials.support.ts";
import { gitCloneCommand } from "../shell-lines.ts";
import { startRealSimulator } from "../test-simulator.support.ts";
import { startCuttingProxy } from "./cutting-proxy.support.ts";
import { cliHelper, createGitClient, type GitClient } from "./git-client.support.ts";
import { commitMebibytes } from "./git-history.support.ts";
import { awsCli, run } from "./programs.support.ts";

/** Credentials like a workflow's. */
const temporary = {
  accessKeyId: "ASIATEMPORARY",
  secretAccessKey: "temporary",
  sessionToken: "to/ken+of=a%session",
};

let client: GitClient;
let url: string;
let name: string;
let count = 0;
const simulator = await startRealSimulator({ accessKeys: [temporary] });
afterAll(() => simulator.close());
beforeEach(async () => {
  name = `repository-${++count}`;
  const { repositoryMetadata } = await simulator.aws.codecommit.createRepository({ repositoryName: name });
  url = repositoryMetadata?.cloneUrlHttp ?? "";
  client = await createGitClient("!cat ~/credentials");
  await writeFile(join(client.directory, "..", "credentials"), credentials(url));
  await client.git("remote", "add", "origin", url);
});
afterEach(() => client.close());

/** Returns the same credentials as the AWS CLI's helper, which is slow. */
function credentials(repository: string): string {
  const { hostname: host, pathname: path } = new URL(repository);
  const { user, password } = signedCredentials(temporary, { host, path });
  return `username=${user}\npassword=${password}\n`;
}

const cliClient = (secretAccessKey: string) =>
  createGitClient(cliHelper, {
    ...simulator.environmentVariables,
    AWS_ACCESS_KEY_ID: temporary.accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: temporary.sessionToken,
  });

const tip = async (branchName = "dev") =>
  (await simulator.aws.codecommit.getBranch({ repositoryName: name, branchName })).branch?.commitId;

it("git gets access through the AWS CLI's credential helper", async () => {
  const cli = await cliClient(temporary.secretAccessKey);
  const commit = await cli.commit("a.txt", "1");
  await cli.git("push", "--quiet", url, "dev");
  expect(await cli.git("ls-remote", url, "dev")).toBe(`${commit}\trefs/heads/dev\n`);
  await cli.close();
});

it("git clones with the command that the simulator prints at its start", async () => {
  await client.commit("a.txt", "1");
  await client.git("push", "--quiet", "origin", "dev");
  const variables = {
    ...simulator.environmentVariables,
    AWS_ACCESS_KEY_ID: temporary.accessKeyId,
    AWS_SECRET_ACCESS_KEY: temporary.secretAccessKey,
    AWS_SESSION_TOKEN: temporary.sessionToken,
    GIT_TERMINAL_PROMPT: "0",
    PATH: [dirname(awsCli), process.env.PATH].join(delimiter),
  };
  const folder = join(client.directory, "../printed");
  await run("sh", ["-c", `${gitCloneCommand(simulator.endpoint, name)} ${folder}`], { variables });
  expect(await client.git("-C", folder, "log", "--format=%s", "dev")).toContain("a.txt");
});

describe("git", () => {
  it("pushes, clones, and pulls another user's push", async () => {
    const first = await client.commit("taskdef.json", "{}");
    await client.git("push", "origin", "dev");
    expect(await tip()).toBe(first);
    await client.git("clone", "--quiet", url, "../clone");
    const clone = (...args: string[]) => client.git("-C", "../clone", ...args);
    expect(await clone("branch", "--show-current")).toBe("dev\n");
    const second = await client.commit("infra/appspec.yaml", "version: 0.0");
    await client.git("push", "origin", "dev");
    await clone("pull", "--quiet");
    expect((await clone("rev-parse", "HEAD")).trim()).toBe(second);
    await client.git("clone", "--quiet", "--depth=1", url, "../shallow");
    expect(await client.git("-C", "../shallow", "rev-list", "--count", "HEAD")).toBe("1\n");
    await client.git("-C", "../shallow", "fetch", "--quiet", "--unshallow");
    expect(await client.git("-C", "../shallow", "rev-list", "--count", "HEAD")).toBe("2\n");
  });

  it.each(["0", "2"])(
    "uses version %s of its protocol, with requests long enough to be compressed",
    async (version) => {
      await client.git("config", "protocol.version", version);
      for (let number = 0; number < 40; number++)
        await client.git("commit", "--quiet", "--allow-empty", "-m", String(number));
      await client.git("push", "origin", "dev");
      await client.git("clone", "--quiet", url, "../clone");
      for (let number = 0; number < 40; number++)
        await client.git("-C", "../clone", "commit", "--quiet", "--allow-empty", "-m", `mine ${number}`);
      const next = await client.commit("a.txt", "1");
      await client.git("push", "origin", "dev");
      await client.git("-C", "../clone", "fetch", "--quiet");
      expect((await client.git("-C", "../clone", "rev-parse", "origin/dev")).trim()).toBe(next);
    },
  );

  it("is refused an outdated lease, and may force with a current one", async () => {
    await client.commit("a.txt", "1");
    await client.git("push", "origin", "dev");
    await client.git("clone", "--quiet", url, "../other");
    await client.git("-C", "../other", "commit", "--quiet", "--allow-empty", "-m", "theirs");
    await client.git("-C", "../other", "push", "--quiet", "origin", "dev");
    const theirs = await tip();
    await client.git("commit", "--quiet", "--amend", "-m", "mine");
    expect(await client.failure("push", "origin", "dev")).toContain("[rejected]");
    const refused = await client.failure("push", "--force-with-lease", "origin", "dev");
    expect(refused).toContain("(stale info)");
    expect(await tip()).toBe(theirs);
    await client.git("push", "--quiet", `--force-with-lease=dev:${theirs}`, "origin", "dev");
    expect(await tip()).toBe((await client.git("rev-parse", "HEAD")).trim());
  });

  it("makes the first branch the default one, which it may not delete then", async () => {
    await client.commit("a.txt", "1");
    await client.git("push", "--quiet", "origin", "dev", "dev:feature");
    const { repositoryMetadata } = await simulator.aws.codecommit.getRepository({ repositoryName: name });
    expect(repositoryMetadata?.defaultBranch).toBe("dev");
    await client.git("push", "--quiet", "origin", ":feature");
    expect(await client.failure("push", "origin", ":dev")).toContain(
      "deletion of the current branch prohibited",
    );
    const remaining = await client.git("ls-remote", "--heads", "origin");
    expect(remaining.trim().split("\n")).toEqual([expect.stringMatching(/\trefs\/heads\/dev$/)]);
  });

  it("requests missing credentials", async () => {
    const stranger = await createGitClient(undefined);
    const said = await stranger.failure("ls-remote", url);
    await stranger.close();
    expect(said).toContain("could not read Username");
  });

  it("shows why credentials are refused", async () => {
    const wrong = await cliClient("wrong");
    const said = await wrong.failure("ls-remote", url);
    await wrong.close();
    expect(said).toMatch(/remote: The request signature we calculated does not match/);
    expect(said).toMatch(/The requested URL returned error: 403/);
  });

  it("shows which permission is missing", async () => {
    await client.commit("a.txt", "1");
    const fault = simulator.faults.add({ operation: "codecommit:GitPush", kind: "deny" });
    const said = await client.failure("push", "origin", "dev");
    fault.remove();
    expect(said).toMatch(/remote: User: .* is not authorized to perform: codecommit:GitPush.*error: 403/s);
    expect(await client.git("ls-remote", "origin")).toBe("");
  });

  it("pushes again what was accepted without its knowledge", async () => {
    const commit = await client.commit("a.txt", "1");
    // The push itself follows the request for the references.
    const fault = simulator.faults.add({ operation: "codecommit:GitPush", kind: "cut-answer", after: 1 });
    await client.failure("push", "origin", "dev");
    fault.remove();
    expect(await tip()).toBe(commit);
    await client.git("push", "--quiet", "origin", "dev");
  });

  it("gets an error for a missing repository, and finds it under its new name", async () => {
    const { codecommit } = simulator.aws;
    await client.commit("a.txt", "1");
    await client.git("push", "--quiet", "origin", "dev");
    await codecommit.updateRepositoryName({ oldName: name, newName: `${name}-new` });
    expect(await client.failure("ls-remote", "origin")).toMatch(/does not exist.*not found/s);
    await writeFile(join(client.directory, "..", "credentials"), credentials(`${url}-new`));
    expect(await client.git("ls-remote", `${url}-new`)).toContain("refs/heads/dev");
    await codecommit.deleteRepository({ repositoryName: `${name}-new` });
    expect(await client.failure("ls-remote", `${url}-new`)).toContain("not found");
  });
});

describe("the bus gets an event", () => {
  /** Collects the events of this test's repository through a rule with a log group as target. */
  async function listen() {
    const { events, logs } = simulator.aws;
    const logGroupName = `/aws/events/${name}`;
    await logs.createLogGroup({ logGroupName });
    await events.putRule({
      Name: name,
      EventPattern: JSON.stringify({
        source: ["aws.codecommit"],
        "detail-type": ["CodeCommit Repository State Change"],
        resources: [`arn:aws:codecommit:us-east-1:123456789012:${name}`],
      }),
    });
    const Arn = `arn:aws:logs:us-east-1:123456789012:log-group:${logGroupName}`;
    await events.putTargets({ Rule: name, Targets: [{ Id: "log", Arn }] });
    return async () => {
      const { events = [] } = await logs.filterLogEvents({ logGroupName });
      return events.map(({ message = "" }) => JSON.parse(message).detail as Record<string, string>);
    };
  }

  it("for each reference that a push moves, once", async () => {
    const heard = await listen();
    const first = await client.commit("a.txt", "1");
    await client.git("tag", "v1");
    await client.git("push", "--quiet", "origin", "dev", "dev:feature/one", "v1");
    const second = await client.commit("a.txt", "2");
    await client.git("push", "--quiet", "origin", "dev", ":feature/one");
    await client.git("push", "--quiet", "origin", "dev");
    await expect.poll(async () => (await heard()).length).toBe(5);
    const { repositoryMetadata } = await simulator.aws.codecommit.getRepository({ repositoryName: name });
    const common = {
      callerUserArn: "arn:aws:iam::123456789012:user/student",
      repositoryId: repositoryMetadata?.repositoryId,
      repositoryName: name,
    };
    const of = (event: string, referenceType: string, referenceFullName: string, ids: object) => ({
      ...common,
      event,
      referenceType,
      referenceFullName,
      referenceName: referenceFullName.split("/").slice(2).join("/"),
      ...ids,
    });
    const events = await heard();
    expect(events).toHaveLength(5);
    for (const expected of [
      of("referenceCreated", "branch", "refs/heads/dev", { commitId: first }),
      of("referenceCreated", "branch", "refs/heads/feature/one", { commitId: first }),
      of("referenceCreated", "tag", "refs/tags/v1", { commitId: first }),
      of("referenceUpdated", "branch", "refs/heads/dev", { commitId: second, oldCommitId: first }),
      of("referenceDeleted", "branch", "refs/heads/feature/one", { oldCommitId: first }),
    ])
      expect(events).toContainEqual(expected);
  });

  it("for each of several pushes at the same time, and none for a refused one", async () => {
    const heard = await listen();
    await client.commit("a.txt", "1");
    const branches = ["one", "two", "three", "four"];
    await Promise.all(branches.map((branch) => client.git("push", "--quiet", url, `dev:${branch}`)));
    await client.git("commit", "--quiet", "--amend", "-m", "another");
    expect(await client.failure("push", url, "dev:one")).toContain("[rejected]");
    await expect.poll(async () => (await heard()).length).toBe(4);
    expect((await heard()).map(({ event, referenceName }) => `${event} ${referenceName}`).sort()).toEqual(
      branches.map((branch) => `referenceCreated ${branch}`).sort(),
    );
  });
});

describe("a long history", () => {
  it("of 100 MB is pushed and cloned completely", async () => {
    const commit = await commitMebibytes(client, 100);
    await client.git("push", "--quiet", "origin", "dev");
    expect(await tip()).toBe(commit);
    await client.git("clone", "--quiet", "--bare", url, "../clone");
    expect(await client.git("-C", "../clone", "fsck", "--no-progress")).toBe("");
    expect(await client.git("-C", "../clone", "rev-list", "--count", "dev")).toBe("100\n");
  });

  it("that is cut off leaves nothing behind, and is accepted when it is pushed again", async () => {
    const before = await client.commit("a.txt", "1");
    await client.git("push", "--quiet", "origin", "dev");
    const commit = await commitMebibytes(client, 20);
    const proxy = await startCuttingProxy(simulator.endpoint, 5_000_000);
    const said = await client.failure("push", proxy.through(url), "dev");
    await proxy.close();
    expect(said).toMatch(/RPC failed|hung up unexpectedly/);
    expect(await tip()).toBe(before);
    await client.git("push", "--quiet", "origin", "dev");
    expect(await tip()).toBe(commit);
    await client.git("clone", "--quiet", "--bare", url, "../clone");
    expect(await client.git("-C", "../clone", "fsck", "--no-progress")).toBe("");
  });
});
