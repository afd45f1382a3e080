import { parseCommandLine, Refusal } from "../../scripts/run/command-line.mjs";
import { parseFault } from "./gateway/parse-fault.ts";
import { command } from "./options.mjs";
import { readProducts } from "./services/pricing/products.ts";
import { defaultPort, type SimulatorOptions } from "./simulator.ts";

/** Returns the options of the command. Throws a refusal with the option and its allowed values. */
export function parseArguments(
  argv: readonly string[],
): SimulatorOptions & { help: boolean; pagePort: number } {
  const values = parseCommandLine(command, argv);
  const options = {
    port: values.port,
    listenerPortOffset: values["listener-offset"],
    taskRuntime: values.runtime,
    vcpuShare: values["vcpu-share"],
    timeScale: values["time-scale"],
    region: values.region,
    accountId: values.account,
    account: values["account-kind"],
    faults: refuse(() => values.fault?.map(parseFault)),
    products: refuse(() => values.prices && readProducts(values.prices)),
  };
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const { port = defaultPort } = values;
  // A free port is selected for both.
  const pagePort = values["page-port"] ?? (port === 0 ? 0 : port + 1);
  return { help: values.help ?? false, pagePort, ...Object.fromEntries(given) };
}

function refuse<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new Refusal((error as Error).message, { cause: error });
  }
}
