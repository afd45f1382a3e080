import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { setTimeout } from "node:timers/promises";
import type { readAccount } from "@ecs-delivery/actions/check-lab/src/lab";
import { shortEnvironment } from "@ecs-delivery/program/short-environment";
import { endWithThisProcess } from "@ecs-delivery/simulator/orphan-guard";

type Account = ReturnType<typeof readAccount>;

interface MonolithOptions {
  readonly account: Account;
  /** Folder of the program. */
  readonly folder: string;
  readonly address: string;
  readonly logFile: string;
  readonly say: (line: string) => void;
}

const startsWithinMs = 20_000;

/**
 * Runs the program of MonolithicAppServer, as the course's server does. Reports when it ends, also at once: a student may
 * have changed it. `ends` ends it.
 */
export async function startMonolith(
  { account, folder, address, logFile, say }: MonolithOptions,
  ends: AsyncDisposableStack,
): Promise<void> {
  const databases = await account.databases();
  const { Endpoint } =
    databases.find(({ DBInstanceIdentifier }) => DBInstanceIdentifier === "supplierdb") ?? {};
  const child = spawn(process.execPath, ["index.js"], {
    cwd: folder,
    // A terminal's Ctrl-C reaches it through the lab.
    ...{ stdio: ["ignore", "pipe", "pipe"], detached: true },
    env: {
      ...shortEnvironment(process.env),
      APP_PORT: new URL(address).port,
      APP_DB_HOST: Endpoint?.Address ?? "",
      APP_DB_PORT: String(Endpoint?.Port ?? 3306),
    },
  });
  endWithThisProcess(child);
  const log = createWriteStream(logFile);
  let lastLines = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (data) => {
      lastLines = `${lastLines}${data}`.slice(-2_000);
      log.write(data);
    });
  let isEnding = false;
  const exited = once(child, "exit");
  exited.then(([code]) => {
    if (isEnding) return;
    const error = /^\w*Error: .*/m.exec(lastLines)?.[0] ?? `exit code ${code}`;
    say(
      `The monolith has ended (${error}). Fix: git diff monolith shows what you changed; it runs again when the lab starts again. Its log: ${logFile}`,
    );
  });
  ends.defer(async () => {
    isEnding = true;
    child.kill("SIGTERM");
    await exited;
    log.end();
  });
  await untilItResponds(address, child);
}

async function untilItResponds(address: string, child: ChildProcess): Promise<void> {
  const until = Date.now() + startsWithinMs;
  while (child.exitCode === null && child.signalCode === null && Date.now() < until) {
    const response = await fetch(address, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
    if (response) return;
    await setTimeout(100);
  }
}
