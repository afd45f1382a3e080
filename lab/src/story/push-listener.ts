import { once } from "node:events";
import { createServer } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";

export interface Push {
  before: string;
  after: string;
  /** `refs/heads/main` */
  ref: string;
}

export interface PushListener {
  /** Text of a post-receive hook that reports to this listener. */
  hook: string;
  close(): Promise<void>;
}

/**
 * Receives pushes from a repository's post-receive hook, over a socket in `directory`.
 * @param onPush its result is shown to the user who pushes
 */
export async function listenForPushes(
  directory: string,
  onPush: (push: Push) => string,
): Promise<PushListener> {
  const socket = join(directory, "push.sock");
  const server = createServer(async (request, response) => {
    const updates = (await text(request)).split("\n").filter((line) => line !== "");
    const answers = updates.map((line) => {
      const [before = "", after = "", ref = ""] = line.split(" ");
      return onPush({ before, after, ref });
    });
    response.end(answers.join("\n"));
  });
  server.listen(socket);
  await once(server, "listening");
  return {
    hook: hookOf(socket),
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

/** A shell script: the path of Node may contain blanks, which are not possible in the first line of a script. */
function hookOf(socketPath: string): string {
  const options = JSON.stringify({ socketPath, method: "POST" });
  const program = `
// Reports the push to the rehearsal, and its response to the user who pushes.
const { request } = require("node:http");
process.stdin.pipe(request(${options}, (response) => response.pipe(process.stdout))
  .on("error", (error) => console.log("the rehearsal does not respond: " + error.message)));
`;
  return `#!/bin/sh\nexec ${quote(process.execPath)} --eval ${quote(program)}\n`;
}

const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
