import { Client } from "undici";
import { type Finding, refuseFindings } from "../../shared/findings.ts";
import { clientOptions, requestOptions } from "../../shared/load/connection.ts";
import type { LoadPlan } from "../../shared/load/generate-load.ts";
import type { LoadTarget } from "../../shared/load/targets.ts";
import type { Log } from "../../shared/log.ts";

/** Sends each target one request, and refuses the test after an unexpected response. */
export async function probeTargets(plan: LoadPlan, log: Log, signal: AbortSignal): Promise<void> {
  const findings = await Promise.all(plan.targets.map((target) => probe(target, plan, signal)));
  signal.throwIfAborted();
  refuseFindings(
    findings.flatMap((finding) => finding ?? []),
    log,
  );
}

async function probe(
  { url }: LoadTarget,
  { request, expected }: LoadPlan,
  signal: AbortSignal,
): Promise<Finding | undefined> {
  const client = new Client(url.origin, clientOptions(request));
  try {
    const answer = await client.request({
      ...requestOptions(url, request),
      signal: AbortSignal.any([signal, AbortSignal.timeout(request.timeoutMs)]),
    });
    await answer.body.dump();
    if (expected(answer.statusCode)) return undefined;
    return unexpected(url, answer.statusCode, answer.headers.location);
  } catch (error) {
    return unreachable(url, error as NodeJS.ErrnoException, request.timeoutMs);
  } finally {
    await client.destroy();
  }
}

function unexpected({ href }: URL, status: number, location: string | string[] | undefined): Finding {
  if (location)
    return {
      text: `${href} returns ${status}, a redirect to ${location}`,
      fix: "load that address, or add the status to expect-status: redirects are not followed",
    };
  return {
    text: `${href} returns ${status} before the load starts`,
    fix: "read the service's log, or add the status to expect-status",
  };
}

function unreachable({ href, host }: URL, error: NodeJS.ErrnoException, timeoutMs: number): Finding {
  // A DOMException's code is a number.
  const code = typeof error.code === "string" ? error.code : error.name;
  if (code === "TimeoutError" || code === "UND_ERR_CONNECT_TIMEOUT" || code === "ETIMEDOUT")
    return {
      text: `${href} did not respond within ${timeoutMs / 1000} s`,
      fix: "check that its security group and subnets allow this runner, and that its targets are healthy",
    };
  const known: Readonly<Record<string, Finding>> = {
    ECONNREFUSED: { text: `${host} refuses connections`, fix: "check the port, and that a listener uses it" },
    ENOTFOUND: { text: `Host ${host} does not exist`, fix: "check its name" },
    EAI_AGAIN: {
      text: `The name ${host} cannot be resolved`,
      fix: "check its name and this runner's DNS",
    },
    LINK_LOCAL: { text: `${href} is not allowed: ${error.message}`, fix: "use the address of your service" },
  };
  if (/CERT|UNABLE_TO_VERIFY/.test(code))
    return {
      text: `${href} has no valid certificate: ${error.message}`,
      fix: "use the name in the certificate: no certificate has a load balancer's own name",
    };
  return (
    known[code] ?? {
      text: `${href} cannot be reached: ${error.message} (${code})`,
      fix: "check its address",
    }
  );
}
