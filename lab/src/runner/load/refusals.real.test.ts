import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { createTestRepository, type TestRepository, workflowOf } from "../test-repository.support.ts";

let repository: TestRepository | undefined;
afterEach(() => repository?.remove());

const job = (body: string, head?: string) =>
  workflowOf(`\n  job:\n    runs-on: ubuntu-latest\n${body}`, head);
const file = ".github/workflows/main.yml";

interface Refused {
  readonly name: string;
  readonly words: string;
  readonly job?: string;
  readonly jobs?: string;
  readonly runs?: string;
  readonly steps?: readonly string[];
}
const refused: Refused[] = parse(readFileSync(new URL("refusals.yaml", import.meta.url), "utf8"));

function filesOf({ job: body = "steps: [{ uses: $/a }]", jobs, runs, steps }: Refused) {
  const composite = ["", "  using: composite", "  steps:", ...(steps ?? []).map((step) => `    - ${step}`)];
  const action = `name: a\ndescription: a\nruns: ${runs ?? composite.join("\n")}`;
  return {
    ...(jobs ? workflowOf(jobs.replace(/^/gm, "  ")) : job(body.replace(/^/gm, "    "))),
    ...((runs || steps) && { "a/action.yml": action }),
  };
}

describe("workflows that are refused before anything runs", () => {
  it.each(refused)("$name", async (row) => {
    repository = await createTestRepository(filesOf(row));
    await expect(repository.start()).rejects.toThrow(row.words);
    expect(repository.events).toEqual([]);
  });

  it("an input the workflow does not have", async () => {
    const head = "on:\n  workflow_dispatch:\n    inputs: { profile: { type: string } }";
    repository = await createTestRepository(
      workflowOf("\n  job:\n    runs-on: ubuntu-latest\n    steps: [{ run: echo yes }]\n", head),
    );
    await expect(repository.start({ profle: "x" })).rejects.toThrow(
      `${file}: the input 'profle' is unknown, did you mean 'profile'? Inputs: profile`,
    );
  });

  it("an unknown shell fails the step with its place", async () => {
    repository = await createTestRepository(job("    steps: [{ run: echo, shell: pwsh }]"));
    const result = await repository.run();
    expect(result.jobs[0]?.annotations[0]?.message).toBe(
      `${file}:7: this runner does not know the shell 'pwsh'; it knows 'bash', 'sh'`,
    );
  });
});

it("starts only the workflows whose filters match", async () => {
  const head = "on:\n  push: { branches: [main], paths: ['services/**', '!**.md'] }";
  const steps = `    steps: [{ run: printenv BEFORE, env: { BEFORE: "\${{ github.event.before }}" } }]`;
  repository = await createTestRepository(job(steps, head));
  const first = await repository.commit({ "services/a.ts": "1" });
  const second = await repository.commit({ "services/b.md": "1" });
  expect(await repository.push(first, second)).toBeUndefined();
  const third = await repository.commit({ "services/a.ts": "2" });
  const run = await repository.push(second, third);
  await run?.result;
  expect(repository.lines()).toEqual([second]);
});

it("starts only the workflows whose filters match its base and its changes", async () => {
  const head = "on: { pull_request: { branches: [main], paths: ['services/**'] } }";
  const steps = `    steps: [{ run: 'echo "$GITHUB_REF $GITHUB_BASE_REF $GITHUB_HEAD_REF"' }]`;
  repository = await createTestRepository(job(steps, head));
  const base = await repository.commit({ "README.md": "1" });
  const documented = await repository.commit({ "README.md": "2" });
  expect(await repository.openPullRequest(base, documented)).toBeUndefined();
  const changed = await repository.commit({ "services/a.ts": "1" });
  await (await repository.openPullRequest(base, changed))?.result;
  expect(repository.lines()).toEqual(["refs/pull/1/merge main change"]);
  expect(await repository.push(base, changed)).toBeUndefined();
});
