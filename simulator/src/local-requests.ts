import type { IncomingHttpHeaders, RequestListener } from "node:http";

const loopback = ["127.0.0.1", "localhost", "[::1]"];

/**
 * Accepts requests from programs of this machine and its tasks. A web page that reaches a server of the loopback under
 * another name (DNS rebinding), or that sends a request from another site, gets 403.
 * @param hosts by which tasks know this machine
 */
export function refuseForeign(hosts: readonly string[], listener: RequestListener): RequestListener {
  const known = [...new Set([...loopback, ...hosts])];
  return (request, response) => {
    const reason = foreignness(request.headers, known);
    if (reason === undefined) return listener(request, response);
    request.resume();
    response.writeHead(403, { "Content-Type": "text/plain" });
    response.end(`${reason}\n`);
  };
}

function foreignness(headers: IncomingHttpHeaders, hosts: readonly string[]): string | undefined {
  const { host = "", origin } = headers;
  if (!hosts.includes(host.replace(/:\d+$/, "").toLowerCase()))
    return `This server has no host "${host}". Fix: use one of ${hosts.join(", ")}`;
  const site = String(headers["sec-fetch-site"] ?? "none");
  const isOwn = origin === undefined || origin === `http://${host}`;
  if (isOwn && ["none", "same-origin"].includes(site)) return undefined;
  return "This server takes no requests from pages of other sites.";
}
