import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { readListenPort } from "../configuration.ts";
import type { ProcessLog } from "../log.ts";
import type { ServiceProgram } from "../service-program.ts";

/** A container's health check times out after 5 s by default. */
const limitMs = 4000;

/** Checks that the service in the same container is alive. Prints nothing if it is. */
export async function checkHealth(
  { port: standardPort, loadApp, process }: ServiceProgram,
  _log: ProcessLog,
): Promise<void> {
  const { site } = await loadApp();
  const port = readListenPort(process.env, standardPort);
  const path = `${site.basePath}/health`;
  // Avoids fetch, whose first use costs more than the rest of the check.
  const request = get({ port, path, signal: AbortSignal.timeout(limitMs) });
  const [response] = (await once(request, "response")) as [IncomingMessage];
  response.resume();
  if (response.statusCode !== 200)
    throw new Error(`http://127.0.0.1:${port}${path} answers ${response.statusCode}`);
}
