import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { ECS } from "@aws-sdk/client-ecs";
import { expect, it, vi } from "vitest";
import { createTokenIssuer } from "../runner/jobs/token-issuer.ts";
import { startSimulatorProcess } from "./simulator-process.ts";

const keys = { AWS_ACCESS_KEY_ID: "AKIALAB", AWS_SECRET_ACCESS_KEY: "lab", AWS_SESSION_TOKEN: "session" };

it.runIf(process.platform === "linux")(
  "the simulator knows the rehearsal's keys, serves those of its identity tokens, and knows no secret of the user",
  async () => {
    vi.stubEnv("NPM_TOKEN", "a secret of the user's");
    const directory = await mkdtemp(join(tmpdir(), "simulator-process-"));
    await using ends = new AsyncDisposableStack();
    ends.defer(() => rm(directory, { recursive: true }));
    const options = {
      runtime: "process",
      database: "local",
      account: "standard",
      port: 0,
      listenerOffset: 0,
      timeScale: 60,
    } as const;
    const issuer = await createTokenIssuer();
    const { endpoint, region } = await startSimulatorProcess(
      { ...options, keys, issuer, temporaryDirectory: directory, logFile: join(directory, "log") },
      ends,
    );
    const search = ["--parent", String(process.pid), "--full", "simulator/src/main.ts"];
    const { stdout: pid } = await promisify(execFile)("pgrep", search);
    const environment = await readFile(`/proc/${pid.trim()}/environ`, "utf8");
    expect(environment).toContain(`TMPDIR=${directory}`);
    expect(environment).not.toContain("a secret of the user's");
    const credentials = {
      accessKeyId: keys.AWS_ACCESS_KEY_ID,
      secretAccessKey: keys.AWS_SECRET_ACCESS_KEY,
      sessionToken: keys.AWS_SESSION_TOKEN,
    };
    expect((await new ECS({ endpoint, region, credentials }).listClusters({})).clusterArns).toEqual([]);
    expect(await (await fetch(`${endpoint}/.well-known/jwks`)).json()).toEqual({ keys: issuer.keys });
  },
);
