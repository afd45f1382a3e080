import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { shortEnvironment } from "@ecs-delivery/program/short-environment";
import type { LoadLevel, LoadPhase } from "./load-generator.ts";
import type { LoadOrder } from "./load-process.ts";

export interface Load {
  beginPhase(name: string, level?: LoadLevel): void;
  stop(): Promise<LoadPhase[]>;
  /** Resolves when its process has ended, for any reason. */
  readonly exited: Promise<unknown>;
}

/** Starts a load generator in a separate process, so that the rehearsal's work does not delay it; ended by `ends`. */
export async function startLoadProcess(
  addresses: string[],
  level: LoadLevel,
  ends: AsyncDisposableStack,
): Promise<Load> {
  const child = fork(fileURLToPath(new URL("./load-process.ts", import.meta.url)), {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    env: shortEnvironment(process.env, ["NODE_COMPILE_CACHE"]),
  });
  const exited = once(child, "exit");
  ends.defer(async () => {
    child.kill("SIGKILL");
    await exited;
  });
  await once(child, "spawn");
  // A process that has ended gets no orders; `exited` reports its end.
  const order = (message: LoadOrder) => void child.send(message, () => {});
  order({ start: { addresses, level } });
  return {
    exited,
    beginPhase: (phase, level) => order({ phase, level }),
    async stop() {
      const answer = once(child, "message");
      order({ stop: true });
      const ended = exited.then(([code]) =>
        Promise.reject(new Error(`the load generator ended (code ${code})`)),
      );
      const [phases] = (await Promise.race([answer, ended])) as [LoadPhase[]];
      // Handles an end after this point, which is already known.
      ended.catch(() => {});
      return phases;
    },
  };
}

/** Visitors of a lab that stays up, so that its page has something to show. */
export interface Visitors {
  /** Requests of all visitors; 0 while they are stopped. */
  readonly perSecond: number;
  start(): void;
  stop(): void;
}

/** The addresses are visited in turn. `ends` stops the visitors. */
export function createVisitors(
  addresses: string[],
  requestsPerSecond: number,
  ends: AsyncDisposableStack,
): Visitors {
  let load: AsyncDisposableStack | undefined;
  ends.defer(() => load?.disposeAsync());
  return {
    get perSecond() {
      return load ? requestsPerSecond : 0;
    },
    start() {
      if (load) return;
      const started = new AsyncDisposableStack();
      load = started;
      const ended = () => {
        if (load === started) load = undefined;
      };
      // A process that is stopped at once never starts.
      startLoadProcess(addresses, { requestsPerSecond }, started).then(
        ({ exited }) => exited.then(ended),
        ended,
      );
    },
    stop() {
      void load?.disposeAsync();
      load = undefined;
    },
  };
}
