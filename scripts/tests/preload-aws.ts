import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Sends the command to the process that has loaded the AWS CLI. Its own start takes a hundredth of a second. */
const client = (socket: string) => `#!/usr/bin/python3 -IS
import json, os, socket, sys
connection = socket.socket(socket.AF_UNIX)
connection.connect(${JSON.stringify(socket)})
request = {"arguments": sys.argv[1:], "environment": dict(os.environ), "folder": os.getcwd()}
socket.send_fds(connection, [json.dumps(request).encode() + b"\\n"], [0, 1, 2])
code = connection.recv(1)
sys.exit(code[0] if code else 255)
`;

/**
 * For all real tests of a run: puts the path of a quick `aws` into PRELOADED_AWS. Without Debian's package, whose
 * modules can be loaded, the tests start the installed program for each command.
 */
export async function setup(): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), "aws-"));
  const socket = join(folder, "socket");
  const program = join(import.meta.dirname, "preloaded_aws.py");
  const server = spawn("/usr/bin/python3", [program, socket], { stdio: ["pipe", "pipe", "ignore"] });
  const closed = once(server, "close").catch(() => {});
  const [started] = (await Promise.race([once(server.stdout, "data"), closed.then(() => [])])) as unknown[];
  if (started) {
    process.env.PRELOADED_AWS = join(folder, "aws");
    writeFileSync(process.env.PRELOADED_AWS, client(socket), { mode: 0o755 });
  }
  return () => {
    server.stdin.end();
    rmSync(folder, { recursive: true, force: true });
  };
}
