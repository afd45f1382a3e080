import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Findings, finding } from "../../../../simulator/src/services/ecr/scanned-images.support.ts";
import { startTestSimulator } from "../../../../simulator/src/test-simulator.support.ts";
import type { Destination } from "../../../shared/registry/destination/destination.ts";
import { testEnvironment, testInputs } from "../build-image.support.ts";
import { buildImage } from "../build-image.ts";
import { publish } from "../publish.ts";
import { checkScan } from "./gate.ts";
import { createCustomer, deleteCustomer, gateInputs } from "./simulated-scan.support.ts";

let found: Findings;
let folder: string;

const simulator = await startTestSimulator({ scanFindings: () => found });
afterAll(() => simulator.close());

beforeEach(async () => {
  found = [];
  await createCustomer(simulator);
  folder = await mkdtemp(join(tmpdir(), "scanned-build-"));
  await mkdir(join(folder, "root"));
  await writeFile(join(folder, "root", "server.mjs"), "");
  for (const name of ["output", "summary"]) await writeFile(join(folder, name), "");
  vi.stubEnv("GITHUB_OUTPUT", join(folder, "output"));
  vi.stubEnv("GITHUB_STEP_SUMMARY", join(folder, "summary"));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
  await deleteCustomer(simulator);
});

function build() {
  const oci = { workingDirectory: "/" };
  return buildImage(testInputs(join(folder, "root"), { oci, scan: gateInputs }), testEnvironment(simulator));
}

const written = (name: string) => readFile(join(folder, name), "utf8");

/** Returns the step's outputs by name. */
async function outputs(): Promise<Record<string, string>> {
  const blocks = (await written("output")).matchAll(/^(\S+)<<(\S+)\n([\s\S]*?)\n\2$/gm);
  return Object.fromEntries([...blocks].map(([, name = "", , value = ""]) => [name, value]));
}

describe("a step whose scan", () => {
  it("passes is green and counts", async () => {
    await publish(await build());
    expect(await outputs()).toMatchObject({
      "scan-status": "passed",
      findings: '{"CRITICAL":0,"HIGH":0,"MEDIUM":0,"LOW":0,"INFORMATIONAL":0,"UNDEFINED":0}',
    });
  });

  it("fails is red, after it has set its outputs and written the summary", async () => {
    found = [finding("CVE-2024-5535", "CRITICAL")];
    const built = await build();
    await expect(publish(built)).rejects.toThrow("ECR's scan has 1 finding of severity CRITICAL");
    expect(await outputs()).toMatchObject({ image: built.image, "scan-status": "failed" });
    expect(await written("summary")).toContain("| CRITICAL | CVE-2024-5535 | openssl | 3.3.1-r0 |");
  });

  it("fails is red again when nothing is built again", async () => {
    found = [finding("CVE-2024-5535", "CRITICAL")];
    const first = await build();
    const second = await build();
    expect([first.built, second.built]).toEqual([true, false]);
    await expect(publish(second)).rejects.toThrow("CVE-2024-5535 in openssl 3.3.1-r0");
  });
});

it("reports that an image of another registry could not be checked", async () => {
  const environment = testEnvironment(simulator);
  const destination = { host: "ghcr.io", ecr: undefined } as Destination;
  const manifest = { digest: "sha256:1", mediaType: "", body: Buffer.alloc(0) };
  const outcome = await checkScan({ destination, manifest }, gateInputs, environment);
  expect(outcome).toMatchObject({ status: "could-not-check", failure: undefined });
  expect(environment.lines.at(-1)).toContain(
    "only private ECR repositories scan images, and this image is on ghcr.io",
  );
});
