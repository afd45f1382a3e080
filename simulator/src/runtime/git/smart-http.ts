import type { IncomingMessage } from "node:http";
import type { Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { createGunzip } from "node:zlib";
import type { GitProgram, RunningGit } from "./git-program.ts";
import type { GitExchange } from "./git-repositories.ts";
import type { PushReport } from "./push-hook.ts";

/** A single file of CodeCommit may have 2 GB. */
const largestPush = "2g";

/** Responds with one run of Git's own program: neither its input nor its output is ever completely in memory. */
export async function serveSmartHttp(
  program: GitProgram,
  gitDirectory: string,
  push: PushReport,
  exchange: GitExchange,
): Promise<void> {
  const { request, response, service } = exchange;
  const git = startService(program, gitDirectory, push, exchange);
  feed(request, git.process.stdin);
  const said = text(git.process.stderr);
  sendHeaders(exchange);
  git.process.stdout.pipe(response, { end: false });
  response.once("close", () => leave(git, exchange));
  const code = await git.ended;
  if (service === "git-receive-pack") {
    const updates = await push.read();
    if (updates.length > 0) await exchange.onPush(updates);
  }
  exchange.onServed();
  // Git reports its errors in its response, unless there is none.
  const isUnanswered = code !== 0 && !response.headersSent && !response.destroyed;
  if (isUnanswered) response.writeHead(500, { "Content-Type": "text/plain" });
  response.end(isUnanswered ? await said : undefined);
}

function startService(
  program: GitProgram,
  gitDirectory: string,
  push: PushReport,
  { request, service, isAdvertisement }: GitExchange,
): RunningGit {
  const { variables, settings = {} } = push.options;
  const protocol = request.headers["git-protocol"];
  return program.start(
    gitDirectory,
    [
      service.slice("git-".length),
      "--stateless-rpc",
      ...(isAdvertisement ? ["--advertise-refs"] : []),
      gitDirectory,
    ],
    {
      settings: { "receive.maxInputSize": largestPush, ...settings },
      variables: { ...variables, ...(typeof protocol === "string" ? { GIT_PROTOCOL: protocol } : {}) },
    },
  );
}

/** Source: gitprotocol-http. Version 2 has no first line (gitprotocol-v2, "HTTP Transport"). */
function sendHeaders({ request, response, service, isAdvertisement }: GitExchange): void {
  response.setHeader(
    "Content-Type",
    `application/x-${service}-${isAdvertisement ? "advertisement" : "result"}`,
  );
  response.setHeader("Cache-Control", "no-cache, max-age=0, must-revalidate");
  const version2 = String(request.headers["git-protocol"] ?? "")
    .split(":")
    .includes("version=2");
  if (!isAdvertisement || (version2 && service === "git-upload-pack")) return;
  const line = `# service=${service}\n`;
  response.write(`${(line.length + 4).toString(16).padStart(4, "0")}${line}0000`);
}

/** Passes the request's body to Git; a body that is cut off ends Git's input, and Git discards it. */
function feed(request: IncomingMessage, input: Writable): void {
  const isZipped = /^(x-)?gzip$/.test(request.headers["content-encoding"] ?? "");
  const body = isZipped ? request.pipe(createGunzip()) : request;
  body.pipe(input);
  body.on("error", () => input.end());
  request.on("close", () => {
    if (!request.complete) input.end();
  });
  // Git has read all it needs; the client must still send the rest before it reads the response.
  input.on("error", () => body.resume());
}

/** The client disconnected. A read is aborted; a push that Git has received completely continues to its end. */
function leave(git: RunningGit, { response, service }: GitExchange): void {
  if (response.writableFinished) return;
  if (service === "git-upload-pack") git.kill();
  // Unread output would keep Git from ending.
  git.process.stdout.unpipe(response);
  git.process.stdout.resume();
}
