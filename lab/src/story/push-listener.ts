import { once } from "node:events";
import { createServer } from "node:http";
import { join } from "node:path";
import { json } from "node:stream/consumers";

/** A commit that a user pushes to a ref. */
export interface Push {
  commit: string;
  /** `refs/heads/main` */
  ref: string;
  /** Texts of `git push -o`. */
  options: string[];
}

export interface PushHandlers {
  /**
   * Rejects to refuse the push before it changes anything.
   * @param variables with which git finds the pushed objects, which are not in the repository yet
   */
  check(push: Push, variables: Record<string, string>): Promise<void>;
  /** Returns the text for the user who pushes. */
  onPush(push: Push): string | Promise<string>;
}

export interface PushListener {
  /** Hooks that report to this listener: name and text. */
  hooks: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

interface Report {
  hook: "pre-receive" | "post-receive";
  /** Lines of the hook's standard input. */
  updates: string;
  options: string[];
  variables: Record<string, string>;
}

/** Receives pushes from the hooks of a repository, over a socket in `directory`. */
export async function listenForPushes(directory: string, handlers: PushHandlers): Promise<PushListener> {
  const socket = join(directory, "push.sock");
  const server = createServer(async (request, response) => {
    const { hook, updates, options, variables } = (await json(request)) as Report;
    const pushes = updates
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => {
        const [, commit = "", ref = ""] = line.split(" ");
        return { commit, ref, options };
      });
    try {
      if (hook === "pre-receive") for (const push of pushes) await handlers.check(push, variables);
      else response.write((await Promise.all(pushes.map(handlers.onPush))).join("\n"));
      response.end();
    } catch (error) {
      response.writeHead(400).end((error as Error).message);
    }
  });
  server.listen(socket);
  await once(server, "listening");
  const send = sendReport(socket);
  return {
    hooks: {
      // Without options a push has nothing to check, and needs no second process.
      "pre-receive": `#!/bin/sh\n[ "\${GIT_PUSH_OPTION_COUNT:-0}" -eq 0 ] && exit 0\nexec ${send} pre-receive\n`,
      // A client sends nothing for a branch that the repository has already, and a manual run needs no new commit.
      "post-receive": `#!/bin/sh\ngit for-each-ref --format="delete %(refname)" refs/heads | git update-ref --stdin\nexec ${send} post-receive\n`,
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

/** A shell command: the path of Node may contain blanks, which are not possible in the first line of a script. */
function sendReport(socketPath: string): string {
  const options = JSON.stringify({ socketPath, method: "POST" });
  const program = `
// Reports the push to the rehearsal, and its response to the user who pushes.
const { request } = require("node:http");
const { text } = require("node:stream/consumers");
const { env, stdin, stdout } = process;
const options = Array.from({ length: Number(env.GIT_PUSH_OPTION_COUNT ?? 0) }, (_, n) => env["GIT_PUSH_OPTION_" + n]);
const names = ["GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_QUARANTINE_PATH"];
const variables = Object.fromEntries(names.filter((name) => env[name]).map((name) => [name, env[name]]));
const fail = (message) => { console.log(message); process.exitCode = 1; };
text(stdin).then((updates) => request(${options}, (response) => {
  if (response.statusCode !== 200) process.exitCode = 1;
  response.pipe(stdout);
}).on("error", (error) => fail("the rehearsal does not respond: " + error.message))
  .end(JSON.stringify({ hook: process.argv[1], updates, options, variables })));
`;
  return `${quote(process.execPath)} --eval ${quote(program)}`;
}

const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
