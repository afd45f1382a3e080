import type { InputReader } from "../../inputs.ts";
import { didYouMean } from "../../nearest-name.ts";
import { isLinkLocal } from "../link-local.ts";
import type { LoadTarget } from "../loop.ts";

/** A larger weight adds nothing that a smaller one cannot express. */
const highestWeight = 1000;

/** Reads the targets, each on an allowed host: a typing error must not send load to somebody else's. */
export function readTargets(read: InputReader): LoadTarget[] {
  const allowed = readAllowedHosts(read);
  const lines = read.lines("targets");
  if (lines.length === 0) read.problem("Input targets is required, but not set");
  const targets = lines.flatMap((line) => parseTarget(line, read.problem) ?? []);
  for (const { url } of targets) {
    const refusal = refusalOf(url, allowed);
    if (refusal) read.problem(refusal);
  }
  const urls = targets.map(({ url }) => url.href);
  for (const url of new Set(urls.filter((each, index) => urls.indexOf(each) !== index)))
    read.problem(`Input targets has ${url} twice: list it once, with a weight`);
  return targets;
}

function parseTarget(line: string, problem: (sentence: string) => void): LoadTarget | undefined {
  const [, weight, address = ""] = /^(?:(\d+)\s+)?(\S+)$/.exec(line) ?? [];
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const fault = faultOf(url, weight);
  if (url && !fault) {
    // No part of a request.
    url.hash = "";
    return { url, weight: Number(weight ?? 1) };
  }
  problem(`Input targets has the line "${line}"; ${fault}`);
  return undefined;
}

function faultOf(url: URL | undefined, weight: string | undefined): string | undefined {
  if (!url || !/^https?:$/.test(url.protocol))
    return "expected a URL that begins with http:// or https://, optionally after a weight";
  if (url.username || url.password) return "put credentials into the input headers: a URL is shown in logs";
  if (weight !== undefined && (Number(weight) < 1 || Number(weight) > highestWeight))
    return `expected a weight from 1 to ${highestWeight}`;
  return undefined;
}

function readAllowedHosts(read: InputReader): string[] {
  const entries = read.lines("allowed-hosts").flatMap((line) => line.split(","));
  const hosts = entries.map((entry) => entry.trim().toLowerCase()).filter(Boolean);
  if (hosts.length === 0)
    read.problem(
      "Input allowed-hosts is required, but not set: it lists the hosts that you may load, so that a typing error in a target does not load the host of others",
    );
  for (const host of hosts)
    if (!isHost(host))
      read.problem(
        host.includes("*")
          ? `Input allowed-hosts has "${host}"; list each host, as a pattern could also allow hosts of others`
          : `Input allowed-hosts has "${host}"; expected host or host:port, without scheme or path`,
      );
  return hosts;
}

function isHost(entry: string): boolean {
  return !/[/*@?#\s]/.test(entry) && URL.canParse(`http://${entry}/`);
}

/** An entry without a port allows every port of the host. */
function refusalOf({ hostname, host, port, protocol }: URL, allowed: readonly string[]): string | undefined {
  if (isLinkLocal(hostname))
    return `Target ${host} is not allowed: metadata services at such addresses return a machine's credentials`;
  const standardPort = protocol === "https:" ? 443 : 80;
  const names = [hostname, host, `${hostname}:${port || standardPort}`];
  if (names.some((name) => allowed.includes(name))) return undefined;
  return `Target ${host} is not in allowed-hosts (${allowed.join(", ")})${didYouMean(host, allowed)}`;
}
