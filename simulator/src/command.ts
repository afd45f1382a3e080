import { setFlagsFromString } from "node:v8";
import { accessKeysVariable, readAccessKeys } from "./access-keys.ts";
import { parseArguments, usage } from "./command-line.ts";
import { type Simulator, startSimulator } from "./simulator.ts";

/**
 * What is kept (log lines, above all) is replaced all the time and becomes garbage of the old generation. Left to itself,
 * V8 lets 30 MB of it gather beside 50 in use. Collected at a fifth, that is six times a minute of the rehearsal, it takes
 * 0.3 % of the main thread's time.
 */
const heapGrowth = "--heap-growing-percent=20";

/** `npm run simulator`: starts the offline AWS, prints where it is, ends with Ctrl-C or with its parent. */
export async function runCommand(argv: readonly string[]): Promise<void> {
  try {
    const { help, ...options } = parseArguments(argv);
    if (help) return console.log(usage);
    setFlagsFromString(heapGrowth);
    const simulator = await startSimulator({
      ...options,
      accessKeys: readAccessKeys(process.env[accessKeysVariable]),
    });
    announce(simulator);
    endWith(simulator);
  } catch (error) {
    fail(error);
  }
}

function announce({ environmentVariables }: Simulator): void {
  for (const [name, value] of Object.entries(environmentVariables)) console.log(`export ${name}=${value}`);
  console.error("simulated AWS is ready; Ctrl-C ends it and removes its data");
  // A parent that opened a channel reads this instead of standard output.
  process.send?.({ environmentVariables });
}

function endWith(simulator: Simulator): void {
  const end = () => simulator.close().then(() => process.exit(0), fail);
  for (const event of ["SIGINT", "SIGTERM", "disconnect"]) process.on(event, end);
}

function fail(error: unknown): never {
  console.error(`simulator: ${(error as Error).message}`);
  process.exit(1);
}
