import type { IncomingMessage } from "node:http";
import { expect, it } from "vitest";
import { clientAddress } from "./exchange.ts";

const address = (remoteAddress: string | undefined, forwarded?: string) =>
  clientAddress({
    socket: { remoteAddress },
    headers: { "x-forwarded-for": forwarded },
  } as unknown as IncomingMessage);

it.each([
  ["of a direct client", "203.0.113.7", undefined, "203.0.113.7"],
  ["of a client of a socket for both versions of IP", "::ffff:203.0.113.7", undefined, "203.0.113.7"],
  ["that the load balancer appended", "10.0.1.12", "203.0.113.7", "203.0.113.7"],
  [
    "that it appended, with any text before",
    "::ffff:172.31.0.9",
    "1.2.3.4, 10.0.0.1,203.0.113.7",
    "203.0.113.7",
  ],
  ["as IPv6", "fd00::1", "2001:db8::7", "2001:db8::7"],
  ["of a client that pretends to be a load balancer", "203.0.113.7", "198.51.100.1", "203.0.113.7"],
  ["next to a private network", "172.32.0.1", "198.51.100.1", "172.32.0.1"],
  ["behind an empty header", "127.0.0.1", " ", "127.0.0.1"],
  ["of a closed connection", undefined, undefined, "unknown"],
])("the client's address is the one %s", (_, peer, forwarded, expected) => {
  expect(address(peer, forwarded)).toBe(expected);
});
