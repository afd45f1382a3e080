import { once } from "node:events";
import { mkdtemp, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, request } from "node:http";
import type { Socket } from "node:net";
import { join } from "node:path";
import {
  connectEngine,
  findEngineSocket,
  unlessGone,
} from "@ecs-delivery/simulator/runtime/tasks/docker/engine";
import { type StandInContent, standInConfig } from "./image.ts";

export type EngineAccess = Awaited<ReturnType<typeof openEngineAccess>>;

/**
 * Opens a part of the machine's Docker engine to steps: its builds and images, no containers. Steps run the real
 * program `docker`, so that it reads files with their rights and not with the lab's. Closed by `ends`.
 * @param host of the simulated registry
 */
export async function openEngineAccess(directory: string, host: string, ends: AsyncDisposableStack) {
  const socketPath = await findEngineSocket(process.env);
  const path = join(directory, "engine.sock");
  const server = createEngineProxy(socketPath, host).listen(path);
  await once(server, "listening");
  ends.defer(async () => {
    server.close();
    server.closeAllConnections();
    await removeImages(socketPath, `${host}/`).catch(() => {});
  });
  return {
    environment: { DOCKER_HOST: `unix://${path}`, DOCKER_CONTEXT: "", BUILDX_BUILDER: "" } as Record<
      string,
      string
    >,
    /** Returns arguments of `docker build` that make a stand-in. Engines save no image without a file. */
    async standInArguments(content: StandInContent): Promise<string[]> {
      const folder = await mkdtemp(join(directory, "stand-in-"));
      const { Env, ExposedPorts, Entrypoint, Cmd, Labels } = standInConfig(content);
      const pairs = (name: string, list: readonly (readonly string[])[]) =>
        list.map(
          ([key, ...value]) => `${name} ${key}=${JSON.stringify(value.join("=")).replaceAll("$", "\\$")}`,
        );
      const lines = [
        ...[
          "FROM scratch",
          "COPY Dockerfile /stand-in",
          ...Object.keys(ExposedPorts).map((port) => `EXPOSE ${port}`),
        ],
        ...pairs(
          "ENV",
          Env.map((each) => each.split("=")),
        ),
        ...pairs("LABEL", Object.entries(Labels)),
        ...[`ENTRYPOINT ${JSON.stringify(Entrypoint)}`, `CMD ${JSON.stringify(Cmd)}`],
      ];
      await writeFile(join(folder, "Dockerfile"), `${lines.join("\n")}\n`);
      return [folder];
    },
  };
}

const readable =
  /^\/(?:_ping|version|info|images\/(?:.+\/)?(?:get|json)|images\/.+\/history|distribution\/.+\/json)$/;
const writable = /^\/(?:build|auth|images\/(?:create|load)|images\/.+\/tag)$/;
/** BuildKit's own protocol: its builds see files of the client only. */
const upgradable = /^\/(?:grpc|session)$/;

/** Returns whether steps may send this request (docs.docker.com/reference/api/engine). */
function isAllowed({ method = "GET", url = "/", headers }: IncomingMessage, host: string): boolean {
  const { pathname, searchParams } = new URL(url, "http://engine");
  const path = decodeURIComponent(pathname).replace(/^\/v[\d.]+\//, "/");
  if (path.includes("..")) return false;
  if (method !== "POST") return ["GET", "HEAD"].includes(method) && readable.test(path);
  if (path.startsWith(`/images/${host}/`) && path.endsWith("/push")) return true;
  // Parameters of a form would replace those of the address.
  const isForm = /form/.test(headers["content-type"] ?? "");
  const network = searchParams.get("networkmode") || "default";
  const isDangerous = isForm || !["default", "none"].includes(network) || searchParams.has("fromSrc");
  return !isDangerous && writable.test(path);
}

/** @internal Serves what a rehearsal may do with the engine at a socket. */
export function createEngineProxy(socketPath: string, host: string) {
  // BuildKit's sessions repeat a header for each of their services.
  const forward = ({ method, url, rawHeaders }: IncomingMessage) =>
    request({ socketPath, method, path: url, headers: rawHeaders });
  const server = createServer((incoming, response) => {
    if (!isAllowed(incoming, host)) {
      const message = "a rehearsal gives steps only builds and images of the Docker engine";
      // `docker inspect` asks for a container first.
      const status = incoming.method === "GET" ? 404 : 403;
      return response
        .writeHead(status, { "Content-Type": "application/json" })
        .end(JSON.stringify({ message }));
    }
    const outgoing = forward(incoming).on("response", (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    outgoing.on("error", () => response.destroy());
    incoming.pipe(outgoing);
  });
  server.on("upgrade", (incoming: IncomingMessage, socket: Socket, head: Buffer) => {
    const { pathname } = new URL(incoming.url ?? "/", "http://engine");
    const refuse = () => socket.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
    if (!upgradable.test(pathname.replace(/^\/v[\d.]+\//, "/"))) return refuse();
    const outgoing = forward(incoming).on("response", refuse).on("error", refuse);
    outgoing.on("upgrade", (answer, engine: Socket, first: Buffer) => {
      const { rawHeaders } = answer;
      const lines = rawHeaders.flatMap((name, at) => (at % 2 ? [] : [`${name}: ${rawHeaders[at + 1]}\r\n`]));
      socket.write(`HTTP/1.1 101 UPGRADED\r\n${lines.join("")}\r\n`);
      socket.write(first);
      engine.write(head);
      engine.pipe(socket).pipe(engine);
      engine.on("error", () => socket.destroy());
      socket.on("error", () => engine.destroy());
    });
    outgoing.end();
  });
  return server;
}

/** Removes the images that the rehearsal made for the simulated registry. */
async function removeImages(socketPath: string, prefix: string): Promise<void> {
  const engine = connectEngine(socketPath);
  const images = await engine.call<{ RepoTags: string[] | null }[]>("GET", "/images/json");
  const tags = images.flatMap(({ RepoTags }) => RepoTags ?? []).filter((tag) => tag.startsWith(prefix));
  for (const tag of tags) await unlessGone(engine.call("DELETE", `/images/${tag}`));
  engine.close();
}
