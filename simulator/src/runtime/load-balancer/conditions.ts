import type { IncomingMessage } from "node:http";
import { BlockList, isIPv6 } from "node:net";
import type { RuleCondition } from "@aws-sdk/client-elastic-load-balancing-v2";
import { compileWildcard } from "../../kit/wildcard.ts";

type RequestMatches = (request: IncomingMessage) => boolean;

/** All conditions must match; within one condition any value may. The API has validated them. */
export function compileConditions(conditions: readonly RuleCondition[]): RequestMatches {
  const tests = conditions.map(compileCondition);
  return (request) => tests.every((test) => test(request));
}

function compileCondition(condition: RuleCondition): RequestMatches {
  switch (condition.Field) {
    case "path-pattern": {
      const values = (condition.PathPatternConfig?.Values ?? []).map((value) => compileWildcard(value));
      return (request) => values.some((matches) => matches(pathOf(request.url ?? "/")));
    }
    case "source-ip":
      return compileSourceIp(condition.SourceIpConfig?.Values ?? []);
    default:
      throw new Error(`no such condition: ${condition.Field}`);
  }
}

/** Checks the connection's peer: a header proves nothing. */
function compileSourceIp(blocks: readonly string[]): RequestMatches {
  const list = new BlockList();
  for (const block of blocks) {
    const [address = "", prefix = ""] = block.split("/");
    list.addSubnet(address, Number(prefix), isIPv6(address) ? "ipv6" : "ipv4");
  }
  return (request) => {
    const peer = request.socket.remoteAddress;
    return peer !== undefined && list.check(peer, isIPv6(peer) ? "ipv6" : "ipv4");
  };
}

/** Returns the path of a request target, without decoding: rules compare the client's text (RFC 9112 §3.2). */
function pathOf(target: string): string {
  const start = target.startsWith("/") ? 0 : pathStart(target);
  return target.slice(start).split("?", 1)[0] || "/";
}

/** In the absolute form the path begins after the authority. */
function pathStart(target: string): number {
  const scheme = target.indexOf("://");
  if (scheme < 0) return 0;
  const end = target.slice(scheme + 3).search(/[/?]/);
  return end < 0 ? target.length : scheme + 3 + end;
}
