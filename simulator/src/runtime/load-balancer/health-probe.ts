import { request } from "node:http";
import type { Environment } from "../../environment.ts";

interface HealthProbe {
  readonly address: string;
  readonly port: number;
  readonly path: string;
  /** Real time: a slow machine must not fail a check that the figures allow. */
  readonly timeoutMs: number;
  readonly matches: StatusMatcher;
}

export type ProbeResult =
  | { readonly outcome: "passed" }
  /** No server listens. */
  | { readonly outcome: "refused" }
  /** A connection was made, without an HTTP response. */
  | { readonly outcome: "broken" }
  | { readonly outcome: "timeout" }
  | { readonly outcome: "mismatch"; readonly status: number };

/** Makes one HTTP health check on a new connection, as the load balancer's nodes do. */
export function probe(
  { network, clock }: Pick<Environment, "network" | "clock">,
  check: HealthProbe,
  signal: AbortSignal,
): Promise<ProbeResult> {
  const socket = network.resolve(check.address, check.port);
  if (socket === undefined) return Promise.resolve({ outcome: "refused" });
  return new Promise((resolve) => {
    const sent = request({
      host: socket.host,
      port: socket.port,
      path: check.path,
      agent: false,
      headers: { host: `${check.address}:${check.port}`, "user-agent": "ELB-HealthChecker/2.0" },
      signal,
    });
    const finished = new AbortController();
    const finish = (result: ProbeResult) => {
      // Without a reason it would be an exception with its stack, at each probe.
      finished.abort("finished");
      resolve(result);
    };
    clock.wait(check.timeoutMs * clock.scale, finished.signal).then(
      () => {
        finish({ outcome: "timeout" });
        sent.destroy();
      },
      () => {},
    );
    sent.once("response", (response) => {
      const status = response.statusCode ?? 0;
      response.on("error", () => {});
      response.resume();
      finish(check.matches(status) ? { outcome: "passed" } : { outcome: "mismatch", status });
    });
    sent.on("error", ({ code }: NodeJS.ErrnoException) =>
      finish({ outcome: code === "ECONNREFUSED" ? "refused" : "broken" }),
    );
    sent.end();
  });
}

type StatusMatcher = (status: number) => boolean;

/**
 * Parses the matcher of a target group, such as `200`, `200,404` or `200-399,404` (API reference, Matcher: 200 to 499
 * for Application Load Balancers). Returns undefined for any other text.
 */
export function parseStatusMatcher(text: string): StatusMatcher | undefined {
  const ranges: [number, number][] = [];
  for (const part of text.split(",")) {
    const found = /^(\d{3})(?:-(\d{3}))?$/.exec(part.trim());
    if (found === null) return undefined;
    const low = Number(found[1]);
    const high = Number(found[2] ?? found[1]);
    if (low < 200 || high > 499 || low > high) return undefined;
    ranges.push([low, high]);
  }
  return (status) => ranges.some(([low, high]) => status >= low && status <= high);
}
