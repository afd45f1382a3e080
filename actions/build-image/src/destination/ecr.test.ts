import { ECRClient } from "@aws-sdk/client-ecr";
import { describe, expect, it } from "vitest";
import type { Clock } from "../../../core/pace.ts";
import { parseRepositoryName, type RepositoryName } from "../../../registry/destination/repository-name.ts";
import { testEnvironment, useSimulator } from "../build-image.support.ts";
import { findDestination } from "../build-image.ts";
import type { BuildEnvironment } from "../builder.ts";
import type { RepositoryCreation } from "./inputs.ts";

const { simulator } = await useSimulator();

/** The simulator's account. */
const account = "123456789012";

const creation: RepositoryCreation = {
  immutableTags: true,
  scanOnPush: true,
  lifecyclePolicy: "preset",
  tags: new Map([["team", "coffee"]]),
};

/** Neither the SDK retries, nor does a wait take time. */
const hurried = {
  createEcr: async () => new ECRClient({ ...simulator.clientConfig, maxAttempts: 1 }),
  clock: { now: Date.now, wait: async (_, signal) => signal?.throwIfAborted() } satisfies Clock,
};

async function open(
  name: string,
  wanted?: RepositoryCreation,
  environment: BuildEnvironment = testEnvironment(simulator),
) {
  const repository = parseRepositoryName(name) as RepositoryName;
  return (await findDestination({ repository, creation: wanted }, environment)).open();
}

describe("a repository that exists", () => {
  it("is found by its name alone, with a masked login", async () => {
    await simulator.aws.ecr.createRepository({ repositoryName: "team/customer" });
    const environment = testEnvironment(simulator);
    const destination = await open("team/customer", undefined, environment);
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
    await simulator.aws.ecr.createRepository({ repositoryName: "customer" });
    const regions: (string | undefined)[] = [];
    const environment = testEnvironment(simulator, {
      createEcr: async (region) => {
        regions.push(region);
        return new ECRClient(simulator.clientConfig);
      },
    });
    const address = `${account}.dkr.ecr.eu-west-1.amazonaws.com/customer`;
    const destination = await open(address, undefined, environment);
    expect(regions).toEqual(["eu-west-1"]);
    expect(destination.host).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(destination.portableUri).toBe(destination.uri);
  });

  it("is used by its name where another account denies reading it", async () => {
    simulator.faults.add({ kind: "deny", operation: "ecr:DescribeRepositories" });
    const environment = testEnvironment(simulator);
    const uri = "210987654321.dkr.ecr.eu-west-1.amazonaws.com/customer";
    expect(await open(uri, undefined, environment)).toMatchObject({ uri, name: "customer" });
    expect(environment.lines.join()).toContain("Could not check the repository's settings");
  });

  it("shows which tags cannot be moved", async () => {
    await simulator.aws.ecr.createRepository({
      repositoryName: "customer",
      imageTagMutability: "IMMUTABLE_WITH_EXCLUSION",
      imageTagMutabilityExclusionFilters: [{ filterType: "WILDCARD", filter: "latest*" }],
    });
    const { isImmutable } = await open("customer");
    expect(["v1", "latest", "latest-2", "my-latest"].map(isImmutable)).toEqual([true, false, false, true]);
  });

  it("keeps its settings, and the difference is reported", async () => {
    await simulator.aws.ecr.createRepository({ repositoryName: "customer" });
    const environment = testEnvironment(simulator);
    await open("customer", creation, environment);
    expect(environment.lines).toEqual([
      "Repository customer already exists and is not changed, although its tags are MUTABLE, and immutable-tags is true; its images are not scanned when they are pushed, and scan-on-push is true",
    ]);
    const { repositories } = await simulator.aws.ecr.describeRepositories({});
    expect(repositories?.[0]?.imageTagMutability).toBe("MUTABLE");
  });
});

describe("logging in", () => {
  it.each(["throttle", "server-error", "cut"] as const)("survives %s, and reports it", async (kind) => {
    await simulator.aws.ecr.createRepository({ repositoryName: "customer" });
    simulator.faults.add({ kind, operation: "ecr:GetAuthorizationToken", times: 2 });
    const environment = testEnvironment(simulator, hurried);
    expect((await open("customer", undefined, environment)).credentials).toBeDefined();
    expect(environment.lines.join()).toMatch(/Could not log in to ECR \(.+\); trying again in \d+/);
  });

  it("ends with the reason when it never succeeds", async () => {
    await simulator.aws.ecr.createRepository({ repositoryName: "customer" });
    simulator.faults.add({ kind: "throttle", operation: "ecr:GetAuthorizationToken" });
    const environment = testEnvironment(simulator, hurried);
    await expect(open("customer", undefined, environment)).rejects.toThrow("Rate exceeded");
    expect(environment.lines).toHaveLength(4);
  });

  it.each([
    ["expire", "ExpiredTokenException"],
    ["deny", "AccessDeniedException"],
  ] as const)("does not retry after %s", async (kind, name) => {
    await simulator.aws.ecr.createRepository({ repositoryName: "customer" });
    const fault = simulator.faults.add({ kind, operation: "ecr:GetAuthorizationToken" });
    await expect(open("customer")).rejects.toMatchObject({ name });
    expect(fault.hits).toBe(1);
  });

  it("ends with the job", async () => {
    await simulator.aws.ecr.createRepository({ repositoryName: "customer" });
    simulator.faults.add({ kind: "throttle", operation: "ecr:GetAuthorizationToken" });
    const job = new AbortController();
    const clock: Clock = {
      now: Date.now,
      wait: async (_, signal) => {
        job.abort(new Error("cancelled"));
        signal?.throwIfAborted();
      },
    };
    const environment = testEnvironment(simulator, { ...hurried, clock, signal: job.signal });
    await expect(open("customer", undefined, environment)).rejects.toThrow("cancelled");
  });
});
