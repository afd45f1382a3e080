import type { IncomingMessage } from "node:http";

/** Private, loopback and link-local addresses (RFC 1918, 3927, 4193, 4291, 6598). */
const privateAddress =
  /^(10\.|127\.|169\.254\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)|^::1$|^f[cd]|^fe[89ab]/i;

/**
 * Returns the visitor's address. A load balancer appends the address of its client to X-Forwarded-For; any client can
 * forge the entries before it. From outside the private network, the whole header is ignored, since no load balancer of
 * ours is there.
 */
export function clientAddress({ socket, headers }: Pick<IncomingMessage, "socket" | "headers">): string {
  // A socket for both versions of IP writes an IPv4 address behind this prefix.
  const peer = socket.remoteAddress?.replace("::ffff:", "") ?? "unknown";
  const forwarded = headers["x-forwarded-for"];
  if (forwarded === undefined || !privateAddress.test(peer)) return peer;
  // Node joins repeated headers of this name with a comma.
  const last = String(forwarded).split(",").at(-1)?.trim();
  return last || peer;
}
