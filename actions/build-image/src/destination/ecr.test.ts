import { ECRClient } from "@aws-sdk/client-ecr";
import { describe, expect, it } from "vitest";
import { parseRepositoryName, type RepositoryName } from "../../../registry/destination/repository-name.ts";
import { testEnvironment, useSimulator } from "../build-image.support.ts";
import { findDestination } from "../build-image.ts";
import type { BuildEnvironment } from "../builder.ts";

const { simulator } = await useSimulator();
const { ecr } = simulator.aws;
const repositoryName = "customer";

/** Disables the SDK's own retries. */
const once = {
  createEcr: async () => new ECRClient({ ...simulator.clientConfig, maxAttempts: 1 }),
};

function find(name: string, create = false, environment: BuildEnvironment = testEnvironment(simulator)) {
  return findDestination({ repository: parseRepositoryName(name) as RepositoryName, create }, environment);
}
const open = async (...given: Parameters<typeof find>) => (await find(...given)).open();

describe("a repository that exists", () => {
  it("is found by its name alone, with a masked login", async () => {
    await ecr.createRepository({ repositoryName: "team/customer" });
    const environment = testEnvironment(simulator);
    const destination = await open("team/customer", true, environment);
    expect(destination).toMatchObject({
      name: "team/customer",
      portableUri: "ecr://team/customer",
      credentials: { user: "AWS" },
    });
    expect(destination.uri).toBe(`${destination.host}/team/customer`);
    expect(destination.isImmutable("v1")).toBe(false);
    expect(environment.secrets).toContain(destination.credentials?.password);
  });

  it("is found in the account and the region of its address, at that region's API", async () => {
    await ecr.createRepository({ repositoryName });
    const regions: (string | undefined)[] = [];
    const environment = testEnvironment(simulator, {
      createEcr: async (region) => {
        regions.push(region);
        return new ECRClient(simulator.clientConfig);
      },
    });
    const address = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/customer";
    const destination = await open(address, false, environment);
    expect(regions).toEqual(["eu-west-1"]);
    expect(destination.host).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(destination.portableUri).toBe(destination.uri);
  });

  it("is used by its name where another account denies reading it", async () => {
    simulator.faults.add({ kind: "deny", operation: "ecr:DescribeRepositories" });
    const environment = testEnvironment(simulator);
    const uri = "210987654321.dkr.ecr.eu-west-1.amazonaws.com/customer";
    expect(await open(uri, false, environment)).toMatchObject({ uri, name: "customer" });
    expect(environment.lines.join()).toContain("Could not check the repository's settings");
  });

  it("shows which tags cannot be moved", async () => {
    await ecr.createRepository({
      repositoryName,
      imageTagMutability: "IMMUTABLE_WITH_EXCLUSION",
      imageTagMutabilityExclusionFilters: [
        { filterType: "WILDCARD", filter: "latest*" },
        { filterType: "WILDCARD", filter: "a*b*bc" },
        { filterType: "WILDCARD", filter: "xy*yx" },
        { filterType: "WILDCARD", filter: "dev" },
      ],
    });
    const { isImmutable } = await open("customer");
    const movable = ["latest", "latest-2", "abbc", "a1b2bc", "xyyx", "dev"];
    const fixed = ["v1", "my-latest", "abc", "acbc", "bbc", "xyx", "dev2"];
    expect([...movable, ...fixed].filter(isImmutable)).toEqual(fixed);
  });
});

describe("a missing repository", () => {
  it("is created when it is opened, with immutable tags, scans and a lifecycle policy", async () => {
    const environment = testEnvironment(simulator);
    const found = await find("customer", true, environment);
    expect((await ecr.describeRepositories({})).repositories).toEqual([]);
    const destination = await found.open();
    expect(destination.isImmutable("v1")).toBe(true);
    expect((await ecr.describeRepositories({})).repositories).toMatchObject([
      { imageTagMutability: "IMMUTABLE", imageScanningConfiguration: { scanOnPush: true } },
    ]);
    const { lifecyclePolicyText = "" } = await ecr.getLifecyclePolicy({ repositoryName });
    const { rules } = JSON.parse(lifecyclePolicyText) as { rules: { selection: object }[] };
    expect(rules.map(({ selection }) => selection)).toMatchObject([
      { tagPatternList: ["v*"], countNumber: 10_000 },
      { tagPatternList: ["source-*"], countNumber: 50 },
      { tagStatus: "untagged", countUnit: "days", countNumber: 14 },
    ]);
    expect(environment.lines).toEqual([
      `Created the repository ${destination.uri} with immutable tags, scanned on push`,
    ]);
  });

  it("is created by one of several jobs, and used by all", async () => {
    const found = await Promise.all([1, 2, 3].map(() => find("customer", true)));
    const opened = await Promise.all(found.map((each) => each.open()));
    expect(new Set(opened.map(({ uri }) => uri)).size).toBe(1);
  });

  it("is reported as created when its policy cannot be set", async () => {
    simulator.faults.add({ kind: "deny", operation: "ecr:PutLifecyclePolicy" });
    await expect(open("customer", true)).rejects.toMatchObject({
      message: expect.stringContaining("customer was created, but its lifecycle policy could not be set"),
      nextStep: expect.stringContaining("aws ecr put-lifecycle-policy --repository-name customer"),
    });
  });

  it("is an error that says how to create it", async () => {
    await expect(find("customer")).rejects.toMatchObject({
      message: 'ECR repository "customer" does not exist in this account and region',
      nextStep:
        "correct the input repository, set create-repository: true, or create it: aws ecr create-repository --repository-name customer",
    });
  });
});

describe("logging in", () => {
  const logIn = async (environment: BuildEnvironment) => {
    await ecr.createRepository({ repositoryName });
    return simulator.clock.during(open("customer", false, environment));
  };

  it.each(["throttle", "server-error", "cut"] as const)("survives %s, and reports it", async (kind) => {
    simulator.faults.add({ kind, operation: "ecr:GetAuthorizationToken", times: 2 });
    const environment = testEnvironment(simulator, once);
    expect((await logIn(environment)).credentials).toBeDefined();
    expect(environment.lines.join()).toMatch(/^AWS (throttles the requests|does not respond)/);
  });

  it("ends with the reason when it never succeeds", async () => {
    simulator.faults.add({ kind: "throttle", operation: "ecr:GetAuthorizationToken" });
    await expect(logIn(testEnvironment(simulator, once))).rejects.toThrow("Rate exceeded");
  });

  it.each([
    ["expire", "ExpiredTokenException"],
    ["deny", "AccessDeniedException"],
  ] as const)("does not retry after %s", async (kind, name) => {
    const fault = simulator.faults.add({ kind, operation: "ecr:GetAuthorizationToken" });
    await expect(logIn(testEnvironment(simulator))).rejects.toMatchObject({ name });
    expect(fault.hits).toBe(1);
  });

  it("ends with the job", async () => {
    simulator.faults.add({ kind: "throttle", operation: "ecr:GetAuthorizationToken" });
    const job = new AbortController();
    const { clock, ...environment } = testEnvironment(simulator, { ...once, signal: job.signal });
    const wait = async (ms: number, signal?: AbortSignal) => {
      job.abort(new Error("cancelled"));
      return clock.wait(ms, signal);
    };
    await expect(logIn({ ...environment, clock: { ...clock, wait } })).rejects.toThrow("cancelled");
  });
});
