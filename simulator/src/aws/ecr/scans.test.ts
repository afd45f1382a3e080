import { ECR } from "@aws-sdk/client-ecr";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { alpine, connectTo } from "../../planes/scanner/image.support.ts";
import type { Advisory } from "../../simulator.ts";
import { startTestSimulator, type TestSimulator } from "../../test-simulator.support.ts";

const openssl: Advisory = {
  name: "CVE-2024-5535",
  distribution: "alpine",
  package: "openssl",
  fixedVersion: "3.3.1-r1",
  severity: "CRITICAL",
  description: "A buffer may be read past its end.",
  uri: "https://security.alpinelinux.org/vuln/CVE-2024-5535",
  attributes: { CVSS3_SCORE: "9.1" },
};
const many = Array.from({ length: 120 }, (_, index): Advisory => {
  return { name: `CVE-2023-${index}`, distribution: "alpine", package: "curl", severity: "LOW" };
});
const customer = { repositoryName: "customer" };

let simulator: TestSimulator;
let ecr: ECR;
let registry: Awaited<ReturnType<typeof connectTo>>;
beforeAll(async () => {
  simulator = await startTestSimulator({ advisories: [openssl, ...many] });
  ecr = new ECR(simulator.clientConfig);
  registry = await connectTo(simulator);
});
afterAll(async () => {
  ecr.destroy();
  await simulator.close();
});
beforeEach(async () => {
  const imageScanningConfiguration = { scanOnPush: true };
  await ecr.createRepository({ ...customer, imageScanningConfiguration });
});
afterEach(async () => {
  await ecr.putRegistryScanningConfiguration({ scanType: "BASIC", rules: [] });
  await ecr.deleteRepository({ ...customer, force: true });
});

const findings = (imageDigest: string, more = {}) =>
  ecr.describeImageScanFindings({ ...customer, imageId: { imageDigest }, ...more });

/** Returns the findings once the scan has ended. */
async function ended(imageDigest: string) {
  const status = async () => (await findings(imageDigest)).imageScanStatus?.status;
  await simulator.clock.eventually(async () => expect(await status()).not.toBe("IN_PROGRESS"));
  return findings(imageDigest);
}

describe("a push", () => {
  it("starts a scan, which finds what the layers hold", async () => {
    const { digest } = await registry.pushImage("customer", alpine({ openssl: "3.3.1-r0" }), "v1");
    const answer = await ended(digest);
    expect(answer).toMatchObject({
      registryId: "123456789012",
      repositoryName: "customer",
      imageId: { imageDigest: digest },
      imageScanStatus: { status: "COMPLETE", description: "The scan was completed successfully." },
      imageScanFindings: {
        imageScanCompletedAt: expect.any(Date),
        vulnerabilitySourceUpdatedAt: expect.any(Date),
        findingSeverityCounts: { CRITICAL: 1 },
      },
    });
    expect(answer.imageScanFindings?.findings).toEqual([
      {
        name: openssl.name,
        description: openssl.description,
        uri: openssl.uri,
        severity: "CRITICAL",
        attributes: [
          { key: "package_name", value: "openssl" },
          { key: "package_version", value: "3.3.1-r0" },
          { key: "CVSS3_SCORE", value: "9.1" },
        ],
      },
    ]);
  });

  it("without a tag starts one, too", async () => {
    const { digest } = await registry.pushImage("customer", alpine({ musl: "1.2.5-r0" }));
    const { imageScanStatus, imageScanFindings } = await ended(digest);
    expect(imageScanStatus?.status).toBe("COMPLETE");
    expect(imageScanFindings).toMatchObject({ findings: [], findingSeverityCounts: {} });
  });

  it("of an image without a system fails its scan", async () => {
    const { digest } = await registry.pushImage("customer", { "app/server.mjs": "" });
    expect((await ended(digest)).imageScanStatus).toEqual({
      status: "FAILED",
      description: "UnsupportedImageError: The operating system and/or package manager are not supported.",
    });
  });

  it("of an index scans the images it holds, not itself", async () => {
    const amd64 = await registry.pushImage("customer", alpine({ openssl: "3.3.1-r0" }));
    const arm64 = await registry.pushImage("customer", alpine({ openssl: "3.3.1-r1" }));
    const index = await registry.pushIndex("customer", { "linux/amd64": amd64, "linux/arm64": arm64 }, "v1");
    await expect(findings(index.digest)).rejects.toMatchObject({
      name: "ScanNotFoundException",
      message: `Image scan does not exist for the image with '{imageDigest:'${index.digest}', imageTag:'null'}' in the repository with name 'customer' in the registry with id '123456789012'`,
    });
    expect((await ended(amd64.digest)).imageScanFindings?.findings).toHaveLength(1);
    expect((await ended(arm64.digest)).imageScanFindings?.findings).toHaveLength(0);
    const start = ecr.startImageScan({ ...customer, imageId: { imageTag: "v1" } });
    await expect(start).rejects.toMatchObject({
      name: "UnsupportedImageTypeException",
      message: expect.stringContaining("'application/vnd.oci.image.index.v1+json' cannot be scanned"),
    });
  });

  it.each([
    ["a rule of the registry", "cust*", true],
    ["a rule that names a part of it", "stom", true],
    ["a rule for others", "cust*y", false],
  ])("scans, or does not, by %s", async (_, filter, expected) => {
    await ecr.putImageScanningConfiguration({
      ...customer,
      imageScanningConfiguration: { scanOnPush: false },
    });
    await ecr.putRegistryScanningConfiguration({
      scanType: "BASIC",
      rules: [{ scanFrequency: "SCAN_ON_PUSH", repositoryFilters: [{ filter, filterType: "WILDCARD" }] }],
    });
    const configuration = await ecr.batchGetRepositoryScanningConfiguration({
      repositoryNames: ["customer"],
    });
    expect(configuration.scanningConfigurations).toMatchObject([
      { scanOnPush: expected, scanFrequency: expected ? "SCAN_ON_PUSH" : "MANUAL" },
    ]);
    const { digest } = await registry.pushImage("customer", alpine({ musl: "1" }));
    const scan = await findings(digest).catch((error: Error) => error.name);
    if (expected) expect(scan).toMatchObject({ imageScanStatus: expect.anything() });
    else expect(scan).toBe("ScanNotFoundException");
  });
});

describe("a scan by hand", () => {
  it("is refused for an image that was scanned today", async () => {
    const { digest } = await registry.pushImage("customer", alpine({ musl: "1" }), "v1");
    const start = ecr.startImageScan({ ...customer, imageId: { imageTag: "v1" } });
    await expect(start).rejects.toMatchObject({
      name: "LimitExceededException",
      message: "The scan quota per image has been exceeded. Wait and try again.",
    });
    await ended(digest);
  });

  it("answers at once and goes on", async () => {
    await ecr.putImageScanningConfiguration({
      ...customer,
      imageScanningConfiguration: { scanOnPush: false },
    });
    const { digest } = await registry.pushImage("customer", alpine({ openssl: "3" }), "v1");
    const { imageId, imageScanStatus } = await ecr.startImageScan({
      ...customer,
      imageId: { imageTag: "v1" },
    });
    expect(imageId).toEqual({ imageDigest: digest, imageTag: "v1" });
    expect(imageScanStatus).toEqual({ status: "IN_PROGRESS" });
    expect((await ended(digest)).imageScanFindings?.findings).toHaveLength(1);
  });

  it("needs an image", async () => {
    const imageId = { imageDigest: `sha256:${"0".repeat(64)}` };
    const name = "ImageNotFoundException";
    await expect(ecr.startImageScan({ ...customer, imageId })).rejects.toMatchObject({ name });
    await expect(findings(imageId.imageDigest)).rejects.toMatchObject({ name });
  });
});

it("findings come a hundred at a time, or as many as asked for", async () => {
  const { digest } = await registry.pushImage("customer", alpine({ curl: "8.9.0-r0" }));
  const first = await ended(digest);
  expect(first.imageScanFindings?.findings).toHaveLength(100);
  expect(first.imageScanFindings?.findingSeverityCounts).toEqual({ LOW: 120 });
  const second = await findings(digest, { nextToken: first.nextToken });
  expect([second.imageScanFindings?.findings?.length, second.nextToken]).toEqual([20, undefined]);
  expect((await findings(digest, { maxResults: 7 })).imageScanFindings?.findings).toHaveLength(7);
});

it("DescribeImages tells nothing of a scan, as since AWS's own technology does it", async () => {
  const { digest } = await registry.pushImage("customer", alpine({ openssl: "3" }));
  await ended(digest);
  const { imageDetails } = await ecr.describeImages(customer);
  expect(imageDetails?.[0]).not.toHaveProperty("imageScanStatus");
  expect(imageDetails?.[0]).not.toHaveProperty("imageScanFindingsSummary");
});

describe("scanning the registry", () => {
  const rule = { scanFrequency: "SCAN_ON_PUSH" as const, repositoryFilters: [] };

  it("is BASIC without rules at first", async () => {
    expect(await ecr.getRegistryScanningConfiguration({})).toMatchObject({
      registryId: "123456789012",
      scanningConfiguration: { scanType: "BASIC", rules: [] },
    });
  });

  it.each([
    ["ENHANCED", { scanType: "ENHANCED" as const }, "no Amazon Inspector"],
    [
      "continuous",
      { scanType: "BASIC" as const, rules: [{ ...rule, scanFrequency: "CONTINUOUS_SCAN" as const }] },
      "not of the scan type BASIC",
    ],
    [
      "by a bad filter",
      {
        scanType: "BASIC" as const,
        rules: [{ ...rule, repositoryFilters: [{ filter: "A b", filterType: "WILDCARD" as const }] }],
      },
      'the filter "A b"',
    ],
  ])("is not %s", async (_, input, message) => {
    await expect(ecr.putRegistryScanningConfiguration(input)).rejects.toMatchObject({
      name: "ValidationException",
      message: expect.stringContaining(message),
    });
  });

  it("says which repositories it does not know", async () => {
    const { failures } = await ecr.batchGetRepositoryScanningConfiguration({ repositoryNames: ["gone"] });
    expect(failures).toMatchObject([{ repositoryName: "gone", failureCode: "REPOSITORY_NOT_FOUND" }]);
  });
});
