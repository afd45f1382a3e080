import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { StandIn } from "./stand-in.ts";

/**
 * The real action (release 4) starts BuildKit in a container, whose image it pulls. This one uses the BuildKit of the
 * engine, which must have containerd's image store to write OCI archives.
 */
export const setupBuildx: StandIn = {
  inputs: [],
  async run(step) {
    const args = ["info", "--format", "{{.DriverStatus}}"];
    const { stdout } = await promisify(execFile)("docker", args, { env: step.environment }).catch((cause) => {
      throw new Error(`No Docker engine responds: ${cause.stderr || cause.message}`, { cause });
    });
    if (!stdout.includes("io.containerd.snapshotter"))
      throw new Error(
        `The rehearsal starts no BuildKit in a container, and this machine's Docker engine cannot write OCI archives. Fix: set {"features":{"containerd-snapshotter":true}} in Docker's daemon.json and restart Docker.`,
      );
    step.setOutput("name", "default");
    step.setOutput("driver", "docker");
    step.log("Builds with the engine's own BuildKit");
  },
};
