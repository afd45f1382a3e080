import { randomUUID } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { join } from "node:path";
import type { Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { createGunzip } from "node:zlib";
import { createGitProgram, type GitProgram, type GitRun, type RunningGit } from "./git-program.ts";
import type { GitExchange, GitRepositories, ReferenceUpdate } from "./git-repositories.ts";
import { rememberReads } from "./remember-reads.ts";

/** A single file of CodeCommit may have 2 GB. */
const largestPush = "2g";

/** Responds with one run of Git's own program: neither its input nor its output is ever completely in memory. */
async function serveSmartHttp(
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
  // Git reports its errors in its response, if it responds at all.
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

interface PushReport {
  /** Options for `git receive-pack`. */
  readonly options: Pick<GitRun, "variables" | "settings">;
  /** Returns the updates of the push, once it has ended. */
  read(): Promise<ReferenceUpdate[]>;
}

/** Git passes the references that a push has moved only to its hook post-receive, which writes them to a file. */
function createPushHook(directory: string) {
  const hooks = join(directory, "hooks");
  const write = async () => {
    await mkdir(hooks, { recursive: true });
    await writeFile(join(hooks, "post-receive"), '#!/bin/sh\nexec cat >"$PUSH_REPORT"\n', { mode: 0o755 });
  };
  let written: Promise<void> | undefined;
  return {
    /** Once: a program cannot run while it is being written, and a push may be about to run it. */
    install(): Promise<void> {
      written ??= write();
      return written;
    },
    report(): PushReport {
      const path = join(directory, `push-${randomUUID()}`);
      return {
        options: { variables: { PUSH_REPORT: path }, settings: { "core.hooksPath": hooks } },
        async read() {
          // Empty when the push moved nothing: the hook was not called.
          const text = await readFile(path, "utf8").catch(() => "");
          await rm(path, { force: true });
          return text.split("\n").filter(Boolean).map(parseUpdate);
        },
      };
    },
  };
}

/** Source: githooks, post-receive; an id of zeros means none. */
function parseUpdate(line: string): ReferenceUpdate {
  const [before = "", after = "", ...name] = line.split(" ");
  const idOf = (id: string) => (/^0+$/.test(id) ? undefined : id);
  return { name: name.join(" "), before: idOf(before), after: idOf(after) };
}

/** Repositories are in a separate folder, which the first one creates. */
export function createGitRepositories({ directory }: { directory: string }): GitRepositories {
  const program = createGitProgram();
  const hook = createPushHook(directory);
  const pathOf = (id: string) => join(directory, `${id}.git`);
  const { run, forget } = rememberReads((id, args, options) => program.run(pathOf(id), args, options));
  return {
    async create(id) {
      await hook.install();
      await mkdir(join(pathOf(id), "info"), { recursive: true });
      // Archives contain the committed files, without effects of a file .gitattributes.
      await writeFile(join(pathOf(id), "info", "attributes"), "* -export-ignore -export-subst\n");
      const format = ["--object-format=sha1", "--initial-branch=main"];
      await run(id, ["init", "--quiet", "--bare", "--template=", ...format]);
    },
    remove: (id) => rm(pathOf(id), { recursive: true, force: true }).finally(() => forget(id)),
    async branches(id) {
      const format = "--format=%(objectname) %(refname:lstrip=2)";
      const lines = (await run(id, ["for-each-ref", format, "refs/heads/"])).toString().split("\n");
      return new Map(
        lines.filter(Boolean).map((line) => {
          const space = line.indexOf(" ");
          return [line.slice(space + 1), line.slice(0, space)];
        }),
      );
    },
    archive: (id, commitId) =>
      run(id, ["archive", "--format=zip", "--end-of-options", `${commitId}^{commit}`]),
    run,
    published: new Map(),
    serve(id, exchange) {
      const { options, read } = hook.report();
      // It is read at the end of each push, before anybody hears of it.
      const forgetAndRead = () => {
        forget(id);
        return read();
      };
      return serveSmartHttp(program, pathOf(id), { options, read: forgetAndRead }, exchange);
    },
    close: () => program.close(),
  };
}
