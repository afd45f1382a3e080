import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  connectTo,
  type Findings,
  finding,
} from "../../../../simulator/src/services/ecr/scanned-images.support.ts";
import { startTestSimulator } from "../../../../simulator/src/test-simulator.support.ts";
import { Cancelled } from "../../../shared/failure.ts";
import { testEnvironment } from "../build-image.support.ts";
import { ask, createCustomer, deleteCustomer } from "./simulated-scan.support.ts";

const hour = 60 * 60 * 1000;
const day = 24 * hour;
const found = new Map<string, Findings>();

const simulator = await startTestSimulator({ scanFindings: (digest) => found.get(digest) });
const registry = await connectTo(simulator, found);
afterAll(() => simulator.close());
beforeEach(async () => {
  await createCustomer(simulator);
});
afterEach(async () => {
  simulator.faults.clear();
  await deleteCustomer(simulator);
});

const affected = [finding("CVE-2024-5535", "CRITICAL")];
const fixed: Findings = [];
const environment = (overrides = {}) => testEnvironment(simulator, overrides);

describe("an image", () => {
  it("passes with a scan that finds nothing", async () => {
    const context = environment();
    const outcome = await ask(context, await registry.pushImage("customer", fixed, "v1"));
    expect(outcome).toMatchObject({ status: "passed", counts: { CRITICAL: 0 }, failure: undefined });
    expect(context.lines.at(-1)).toBe("ECR's scan has no findings");
  });

  it("fails with a critical finding, and reports that it stays in the registry", async () => {
    const image = await registry.pushImage("customer", affected, "v1");
    const { status, counts, failure } = await ask(environment(), image);
    expect([status, counts?.CRITICAL]).toEqual(["failed", 1]);
    expect(failure?.message).toBe(
      "ECR's scan has 1 finding of severity CRITICAL (1 CRITICAL): CVE-2024-5535 in openssl 3.3.1-r0",
    );
    expect(failure?.nextStep).toContain(
      `stays in the registry as ${new URL(simulator.endpoint).host}/customer@`,
    );
    const { imageDetails } = await simulator.aws.ecr.describeImages({ repositoryName: "customer" });
    expect(imageDetails).toMatchObject([{ imageDigest: image.digest, imageTags: ["v1"] }]);
  });

  it("passes with ignored findings, and lists names that ignore nothing", async () => {
    const context = environment();
    const ignored = new Map([
      ["CVE-2024-5535", "not reached"],
      ["CVE-7", ""],
    ]);
    const outcome = await ask(context, await registry.pushImage("customer", affected), { ignored });
    expect(outcome).toMatchObject({ status: "passed", counts: { CRITICAL: 0 } });
    expect(outcome.summary).toContain("Ignored: CVE-2024-5535 (CRITICAL, not reached)");
    expect(context.lines.at(-1)).toBe("No image has these findings of ignore-findings: CVE-7");
  });

  it("is checked by all pages of its findings", async () => {
    const low = Array.from({ length: 1100 }, (_, index) => finding(`CVE-2023-${index}`, "LOW"));
    const inputs = { failOn: "LOW" as const };
    const image = await registry.pushImage("customer", [...affected, ...low]);
    const { counts } = await ask(environment(), image, inputs);
    expect(counts).toMatchObject({ CRITICAL: 1, LOW: 1100 });
  });

  it("of several platforms is checked by each of them", async () => {
    const good = await registry.pushImage("customer", fixed);
    const bad = await registry.pushImage("customer", affected);
    const attestation = await registry.pushImage("customer", undefined);
    const platforms = { "linux/amd64": good, "linux/arm64": bad, "unknown/unknown": attestation };
    const outcome = await ask(environment(), await registry.pushIndex("customer", platforms, "v1"));
    expect(outcome).toMatchObject({ status: "failed", counts: { CRITICAL: 1 } });
    expect(outcome.summary).toContain("| 3.3.1-r0 |  | linux/arm64 |");
  });
});

describe("an image that was scanned long ago", () => {
  it("is checked by a new scan, which knows the latest findings", async () => {
    const image = await registry.pushImage("customer", fixed);
    expect(await ask(environment(), image)).toMatchObject({ status: "passed" });
    found.set(image.digest, [finding("CVE-2024-9143", "CRITICAL")]);
    await simulator.clock.foreground.wait(day + hour);
    const context = environment();
    expect(await ask(context, image)).toMatchObject({ status: "failed", counts: { CRITICAL: 1 } });
    expect(context.lines).toContainEqual(expect.stringContaining("starting a new scan"));
  });

  it.each([
    ["ECR makes none this soon", undefined, "LimitExceededException"],
    ["the role may not", { operation: "ecr:StartImageScan", kind: "deny" as const }, "AccessDeniedException"],
  ])("is checked by that scan when %s", async (_, fault, reason) => {
    const image = await registry.pushImage("customer", affected);
    await ask(environment(), image);
    if (fault) simulator.faults.add(fault);
    const { foreground } = simulator.clock;
    const ahead = { ...foreground, now: () => foreground.now() + day + hour };
    const context = environment({ clock: ahead });
    expect(await ask(context, image)).toMatchObject({ status: "failed" });
    expect(context.lines).toContainEqual(
      expect.stringContaining(`a new one could not be started: ${reason}`),
    );
  });
});

describe("an image that was pushed before scans were turned on", () => {
  const turnOn = () =>
    simulator.aws.ecr.putImageScanningConfiguration({
      repositoryName: "customer",
      imageScanningConfiguration: { scanOnPush: true },
    });
  beforeEach(async () => {
    await deleteCustomer(simulator);
    await createCustomer(simulator, false);
  });

  it("could not be checked while they are off", async () => {
    const context = environment();
    const outcome = await ask(context, await registry.pushImage("customer", fixed));
    expect(outcome).toMatchObject({ status: "could-not-check", counts: undefined, failure: undefined });
    expect(outcome.summary).toContain("<summary>Scan could not check</summary>");
    expect(context.lines.at(-1)).toContain(
      "Could not check the image: scanning is off for the repository customer. Next step: turn on scan on push: aws ecr put-image-scanning-configuration",
    );
  });

  it("is scanned once they are on", async () => {
    const image = await registry.pushImage("customer", affected);
    await turnOn();
    expect(await ask(environment(), image)).toMatchObject({ status: "failed" });
  });

  it("could not be checked when the role may not start a scan", async () => {
    const image = await registry.pushImage("customer", affected);
    await turnOn();
    simulator.faults.add({ operation: "ecr:StartImageScan", kind: "deny" });
    const context = environment();
    expect(await ask(context, image)).toMatchObject({ status: "could-not-check" });
    expect(context.lines.at(-1)).toContain("ECR did not start a scan of the image");
    expect(context.lines).toContainEqual(expect.stringMatching(/Could not start a scan: AccessDenied/));
  });
});

it("checks an image in another account by what that account's policy allows reading", async () => {
  const accountId = "210987654321";
  const theirs = { registryId: accountId, repositoryName: "customer" };
  await simulator.aws.ecr.createRepository({ ...theirs, imageScanningConfiguration: { scanOnPush: true } });
  const allow = (...actions: string[]) => {
    const statement = {
      Effect: "Allow",
      Principal: "*",
      Action: [...actions, "ecr:DescribeRepositories", "ecr:PutImage"],
    };
    const policyText = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
    return simulator.aws.ecr.setRepositoryPolicy({ ...theirs, policyText });
  };
  try {
    await allow("ecr:DescribeImageScanFindings");
    const image = await registry.pushImage(`${accountId}/customer`, affected);
    const elsewhere = { host: "", accountId, region: "us-east-1" };
    expect(await ask(environment(), image, {}, elsewhere)).toMatchObject({ status: "failed" });
    await allow();
    expect(await ask(environment(), image, {}, elsewhere)).toMatchObject({ status: "could-not-check" });
  } finally {
    await simulator.aws.ecr.deleteRepository({ ...theirs, force: true });
  }
});

describe("an image that cannot be checked", () => {
  it("is one from scratch", async () => {
    const context = environment();
    const outcome = await ask(context, await registry.pushImage("customer", undefined));
    expect(outcome).toMatchObject({ status: "could-not-check", failure: undefined });
    expect(context.lines.at(-1)).toContain(
      "the scan failed (FAILED: UnsupportedImageError: The operating system",
    );
  });

  it("is one that the role may not read", async () => {
    const image = await registry.pushImage("customer", fixed);
    simulator.faults.add({ operation: "ecr:DescribeImageScanFindings", kind: "deny" });
    const context = environment();
    expect(await ask(context, image)).toMatchObject({ status: "could-not-check", failure: undefined });
    expect(context.lines.at(-1)).toContain("Next step: allow ecr:DescribeImageScanFindings");
  });
});

describe("an outage of AWS", () => {
  it.each(["throttle", "server-error", "cut"] as const)("is survived: %s", async (kind) => {
    const image = await registry.pushImage("customer", affected);
    simulator.faults.add({ operation: "ecr:DescribeImageScanFindings", kind, times: 4 });
    expect(await ask(environment(), image)).toMatchObject({ status: "failed", counts: { CRITICAL: 1 } });
  });

  it("that does not end fails the step, because the result is unknown", async () => {
    const image = await registry.pushImage("customer", fixed);
    simulator.faults.add({ operation: "ecr:DescribeImageScanFindings", kind: "server-error" });
    const { failure } = await ask(environment(), image);
    expect(failure?.message).toContain("ECR's scan could not be read");
  });

  it("is reported as an expired session when the session is over", async () => {
    const image = await registry.pushImage("customer", fixed);
    simulator.faults.add({ operation: "ecr:DescribeImageScanFindings", kind: "expire" });
    const { failure } = await ask(environment(), image);
    expect(failure?.message).toContain("The AWS credentials have expired");
  });
});

describe("a scan that takes its time", () => {
  it("fails the step at the deadline, with what to do", async () => {
    const image = await registry.pushImage("customer", fixed);
    const { failure } = await ask(environment(), image, { timeoutMs: 2_000 });
    expect(failure?.message).toBe("ECR's scan was still IN_PROGRESS after 2 s");
    expect(failure?.nextStep).toContain(
      "run the job again, which does not build again, or set a longer scan-timeout",
    );
  });

  it("ends when the run is cancelled", async () => {
    const image = await registry.pushImage("customer", affected);
    const cancellation = new AbortController();
    const say = (line: string) => {
      if (line.includes("IN_PROGRESS")) cancellation.abort(new Cancelled("SIGINT"));
    };
    const context = environment({
      signal: cancellation.signal,
      log: { info: say, notice: say, warning: say },
    });
    // The SDK or the clock throws anything; the run reports who ended it.
    await expect(ask(context, image, { timeoutMs: day })).rejects.toThrow();
  });
});
