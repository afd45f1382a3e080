import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface, type Interface } from "node:readline";
import { CloudFormation } from "@aws-sdk/client-cloudformation";

export type Moto = Awaited<ReturnType<typeof startMoto>>;

/** Starts moto, an independent imitation of AWS, on its own port. */
export async function startMoto() {
  const server = spawn("moto_server", ["--host", "127.0.0.1", "--port", "0"], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const lines: string[] = [];
  const reader = createInterface(server.stderr);
  reader.on("line", (line) => void lines.push(line));
  const endpoint = await Promise.race([
    once(server, "error").then(([error]) => Promise.reject(error)),
    once(server, "exit").then(() => Promise.reject(new Error(`moto_server ended: ${lines.join("\n")}`))),
    addressIn(reader),
  ]);
  const credentials = { accessKeyId: "moto", secretAccessKey: "moto" };
  return {
    endpoint,
    cloudformation: new CloudFormation({ endpoint, region: "us-east-1", credentials, maxAttempts: 1 }),
    /** Returns each message of moto about a type it does not know, once. */
    unknownTypes() {
      const types = lines.flatMap((line) => /No Moto CloudFormation support for (\S+)/.exec(line)?.[1] ?? []);
      return [...new Set(types)].sort();
    },
    /** Empties the account. Deleting the stacks does not work: moto cannot delete the VPC's stack. */
    async reset() {
      const { ok, status } = await fetch(`${endpoint}/moto-api/reset`, { method: "POST" });
      if (!ok) throw new Error(`moto was not reset: ${status}`);
    },
    close: () => end(server),
  };
}

function addressIn(reader: Interface): Promise<string> {
  return new Promise((resolve) => {
    reader.on("line", (line) => {
      const address = /Running on (http:\/\/127\.0\.0\.1:\d+)/.exec(line)?.[1];
      if (address) resolve(address);
    });
  });
}

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null) return;
  server.kill();
  await once(server, "exit");
}
