import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { connectTo, type Findings, finding } from "../services/ecr/scanned-images.support.ts";
import type { Simulator } from "../simulator.ts";
import { startRealSimulator } from "../test-simulator.support.ts";

// Debian's packages install these; a version manager's programs of the same name may come first on PATH.
const installed = (path: string, name: string) => (existsSync(path) ? path : name);
const findings = Array.from({ length: 130 }, (_, index) =>
  finding(`CVE-2024-${1000 + index}`, index < 2 ? "CRITICAL" : "LOW"),
);

const found = new Map<string, Findings>();
let simulator: Simulator;
let registry: Awaited<ReturnType<typeof connectTo>>;
beforeAll(async () => {
  simulator = await startRealSimulator({ scanFindings: (digest) => found.get(digest) });
  registry = await connectTo(simulator, found);
});
afterAll(() => simulator?.close());

async function run(program: string, args: string[]): Promise<string> {
  const { PATH, HOME } = process.env;
  const env = { PATH, HOME, ...simulator.environmentVariables };
  return (await promisify(execFile)(program, args, { env })).stdout;
}

it("the AWS command line starts a manual scan, waits for it and reads all pages of it", async () => {
  const aws = (...args: string[]) => run(installed("/usr/bin/aws", "aws"), ["ecr", ...args]);
  await aws("create-repository", "--repository-name", "web");
  await registry.pushImage("web", findings, "v1");
  const image = ["--repository-name", "web", "--image-id", "imageTag=v1"];
  await expect(aws("describe-image-scan-findings", ...image)).rejects.toThrow("ScanNotFoundException");
  expect(JSON.parse(await aws("start-image-scan", ...image))).toMatchObject({
    imageScanStatus: { status: "IN_PROGRESS" },
  });
  await aws("wait", "image-scan-complete", ...image);
  const { imageScanFindings } = JSON.parse(await aws("describe-image-scan-findings", ...image));
  expect(imageScanFindings.findings).toHaveLength(130);
  expect(imageScanFindings.findingSeverityCounts).toEqual({ CRITICAL: 2, LOW: 128 });
  expect(Date.parse(imageScanFindings.imageScanCompletedAt)).not.toBeNaN();
});

it("boto3 finds the scan that a push started", async () => {
  const imageScanningConfiguration = { scanOnPush: true };
  await simulator.aws.ecr.createRepository({ repositoryName: "api", imageScanningConfiguration });
  const { digest } = await registry.pushImage("api", findings);
  const wait = `
import boto3, sys
ecr = boto3.client("ecr")
image = {"repositoryName": "api", "imageId": {"imageDigest": sys.argv[1]}}
ecr.get_waiter("image_scan_complete").wait(**image)
pages = ecr.get_paginator("describe_image_scan_findings").paginate(**image)
print(sum(len(page["imageScanFindings"]["findings"]) for page in pages))
`;
  const python = installed("/usr/bin/python3", "python3");
  expect((await run(python, ["-c", wait, digest])).trim()).toBe("130");
});
