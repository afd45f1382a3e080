import { lookup } from "node:dns/promises";
import { readFileSync } from "node:fs";
import { createServer, request as httpRequest, type IncomingMessage, type Server } from "node:http";
import { BlockList, connect, isIP, type Socket } from "node:net";
import { type Duplex, pipeline } from "node:stream";
import { parse } from "yaml";

const hosts = parse(readFileSync(new URL("hosts.yaml", import.meta.url), "utf8")) as Record<string, string>;

export type NetworkAccess = "none" | "registries" | "all";

interface ProxyOptions {
  network: NetworkAccess;
  /** The runner's environment, whose registries and proxies remain usable. */
  environment: Readonly<Record<string, string>>;
  /** Ports of this machine on which load balancers are served, and what their own ports differ by. */
  listeners?: { served: ReadonlySet<number>; offset: number };
  /** Receives each host that is not reached, with the reason. */
  onRefused(host: string, why: string): void;
  /** Finds the addresses of a host. */
  resolve?: (host: string) => Promise<string[]>;
}

interface Route {
  address: string;
  port: number;
  /** Header for a proxy of the user that this one goes through. */
  through?: { authorization?: string };
}

class Refused extends Error {}

/** Creates a proxy for the steps: HTTP and CONNECT. It leads calls of AWS without TLS to the simulated AWS. */
export function createNetworkProxy(options: ProxyOptions): Server {
  const server = createServer(async (request, response) => {
    try {
      const url = new URL(request.url ?? "");
      if (url.protocol !== "http:") throw new Refused("only http and CONNECT are supported");
      const route = await findRoute(options, url.hostname, Number(url.port || 80), false);
      const { "proxy-authorization": _, "proxy-connection": __, ...headers } = request.headers;
      const outgoing = httpRequest({
        ...{ host: route.address, port: route.port, method: request.method ?? "GET" },
        path: route.through ? url.href : url.pathname + url.search,
        headers: { ...headers, host: url.host, ...proxyHeaders(route) },
      });
      outgoing.on("response", (incoming) => {
        response.writeHead(incoming.statusCode ?? 502, incoming.headers);
        incoming.pipe(response);
      });
      outgoing.on("error", (error) =>
        response.headersSent ? response.destroy() : response.writeHead(502).end(error.message),
      );
      response.on("close", () => outgoing.destroy());
      request.pipe(outgoing);
    } catch (error) {
      const why = (error as Error).message;
      response.writeHead(error instanceof Refused ? 403 : 502, { connection: "close" }).end(`${why}\n`);
      const { url = "" } = request;
      options.onRefused(URL.canParse(url) ? new URL(url).host : url, why);
    }
  });
  server.on("connect", (request: IncomingMessage, client: Duplex, head: Buffer) => {
    client.on("error", () => client.destroy());
    openTunnel(options, request.url ?? "", client, head).catch((error) => {
      const why = (error as Error).message;
      const status = error instanceof Refused ? 403 : 502;
      // Many clients show nothing except the first line.
      client.end(`HTTP/1.1 ${status} ${why}\r\nContent-Type: text/plain\r\n\r\n${why}\n`);
      options.onRefused(request.url ?? "", why);
    });
  });
  return server;
}

async function openTunnel(
  options: ProxyOptions,
  target: string,
  client: Duplex,
  head: Buffer,
): Promise<void> {
  // An address has many spellings, which an http URL turns into one.
  const { hostname, port } = new URL(`http://${target}`);
  const route = await findRoute(options, hostname, Number(port || 80), true);
  const socket: Socket = connect({ host: route.address, port: route.port });
  await new Promise<void>((resolve, reject) => socket.once("connect", resolve).once("error", reject));
  if (route.through) {
    const lines = Object.entries(proxyHeaders(route)).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n${lines.join("")}\r\n`);
  } else client.write("HTTP/1.1 200 Connection established\r\n\r\n");
  socket.write(head);
  pipeline(client, socket, client, () => {});
}

const proxyHeaders = ({ through }: Route): Record<string, string> =>
  through?.authorization ? { "proxy-authorization": through.authorization } : {};

async function findRoute(options: ProxyOptions, name: string, port: number, tunnel: boolean): Promise<Route> {
  const host = name.replace(/^\[(.*)\]$/, "$1");
  const { environment, network } = options;
  if (isListed(host, hosts.aws)) {
    const endpoint = environment.AWS_ENDPOINT_URL;
    if (tunnel || !endpoint) throw new Refused(`The rehearsal does not reach AWS (${host}).`);
    const { hostname, port: simulator } = new URL(endpoint);
    const { served, offset = 0 } = options.listeners ?? {};
    if (isListed(host, "*.elb.amazonaws.com") && served?.has(port + offset))
      return { address: hostname, port: port + offset };
    return { address: hostname, port: Number(simulator || 80) };
  }
  if (network === "none") throw new Refused(`The rehearsal runs without a network (${host}).`);
  const own = configured(environment).has(`${host}:${port}`);
  const isRegistry = own || ((port === 443 || port === 80) && isListed(host, hosts.registries));
  if (network === "registries" && host === "api.github.com")
    throw new Refused(`The rehearsal has an invented GITHUB_TOKEN and no GitHub (${host}).`);
  if (network === "registries" && !isRegistry)
    throw new Refused(
      `The rehearsal reaches only package and image registries, not ${host}:${port}. Fix: --network all.`,
    );
  // An address hides whether it is one of AWS.
  if (isIP(host) && !own && !isPrivate(host))
    throw new Refused(`The rehearsal reaches hosts by their names, not ${host}.`);
  const upstream = userProxy(environment, host, tunnel);
  if (upstream) return upstream;
  // The same address is used that is checked: the name may have another one later.
  const addresses = await (options.resolve ?? resolveHost)(host);
  if (!own && addresses.some((each) => isClosed(each) || (network === "registries" && isPrivate(each))))
    throw new Refused(
      `The rehearsal does not reach this machine or its network (${host} is ${addresses.join(", ")}).`,
    );
  return { address: addresses[0] as string, port };
}

const resolveHost = async (host: string) => (await lookup(host, { all: true })).map(({ address }) => address);

const family = (address: string) => (isIP(address) === 6 ? "ipv6" : "ipv4");

function blockList(ranges = ""): BlockList {
  const list = new BlockList();
  for (const range of ranges.split(" ")) {
    const [address = "", prefix] = range.split("/");
    list.addSubnet(address, Number(prefix), family(address));
  }
  return list;
}

const closedRanges = blockList(hosts.closed);
const privateRanges = blockList(hosts.private);
const isClosed = (address: string) => closedRanges.check(address, family(address));
const isPrivate = (address: string) => privateRanges.check(address, family(address));

/** Returns whether a host is in a list of names, some as `*.name` for each name below it. */
function isListed(host: string, list = ""): boolean {
  const name = host.toLowerCase().replace(/\.$/, "");
  return list
    .split(" ")
    .some((each) => (each.startsWith("*") ? `.${name}`.endsWith(each.slice(1)) : name === each));
}

/** Returns host and port of each registry that the environment states. */
function configured(environment: Readonly<Record<string, string>>): Set<string> {
  const registryNames = /registry|index_url|goproxy|mirror/i;
  const urls = Object.entries(environment).flatMap(([name, value]) =>
    registryNames.test(name) && /^https?:/.test(value) ? value.split(/[,|\s]/) : [],
  );
  return new Set(urls.flatMap((url) => (URL.canParse(url) ? [hostAndPort(new URL(url))] : [])));
}

const hostAndPort = ({ protocol, hostname, port }: URL) =>
  `${hostname}:${port || (protocol === "https:" ? 443 : 80)}`;

/** Returns the route through the proxy of the user, unless the user excludes the host. */
function userProxy(
  environment: Readonly<Record<string, string>>,
  host: string,
  tunnel: boolean,
): Route | undefined {
  const read = (name: string) => environment[name.toLowerCase()] || environment[name];
  const excluded = (read("NO_PROXY") ?? "").split(",").map((each) => each.trim().replace(/^\*?\./, ""));
  if (excluded.some((each) => each === "*" || (each && `.${host}`.endsWith(`.${each}`)))) return undefined;
  const proxy = read(tunnel ? "HTTPS_PROXY" : "HTTP_PROXY");
  if (!proxy || !URL.canParse(proxy)) return undefined;
  const { hostname, port, username, password } = new URL(proxy);
  const credentials = decodeURIComponent(`${username}:${password}`);
  const authorization = username ? `Basic ${Buffer.from(credentials).toString("base64")}` : undefined;
  return { address: hostname, port: Number(port || 80), through: authorization ? { authorization } : {} };
}
