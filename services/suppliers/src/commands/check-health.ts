import { readListenPort } from "../configuration.ts";
import type { ServiceProgram } from "../service-program.ts";

/** A container's health check gives up after 5 s when it does not say otherwise. */
const limitMs = 4000;

/** Asks the service that runs beside it, in the same container, whether it is alive. */
export async function checkHealth({ port, loadApp, process }: ServiceProgram): Promise<void> {
  const { site } = await loadApp();
  const url = `http://127.0.0.1:${readListenPort(process.env, port)}${site.basePath}/health`;
  const response = await fetch(url, { signal: AbortSignal.timeout(limitMs) });
  if (!response.ok) throw new Error(`${url} answers ${response.status}`);
}
