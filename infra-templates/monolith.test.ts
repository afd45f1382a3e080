import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { Unknown } from "../actions/shared/cloudformation/values.ts";
import { resourcesOf } from "./profiles.support.ts";

const server = resourcesOf("standard").find(({ logicalId }) => logicalId === "Server");
/** With names in angle brackets where the database's and the bucket's will stand. */
const script = describeUserData(server?.properties.UserData).replaceAll(/<[^>\n]*\/[^>\n]*>/g, "NAME");

test("the server starts the service by a unit of systemd that is not root's", () => {
  const unit = heredoc("/etc/systemd/system/monolith.service");
  expect(unit).toMatch(/^ExecStart=\/opt\/monolith\/start$/m);
  expect(unit).toMatch(/^DynamicUser=yes$/m);
  expect(unit).toMatch(/^AmbientCapabilities=CAP_NET_BIND_SERVICE$/m);
  expect(unit).toMatch(/^Environment=APP_PORT=80 APP_DB_HOST=NAME APP_DB_PORT=NAME$/m);
});

test("the password comes from the secret at every start, and is nowhere else", () => {
  expect(heredoc("/opt/monolith/start")).toMatch(/get-secret-value --secret-id "NAME"/);
  expect(script.match(/password/gi)).toEqual(["PASSWORD", "password", "PASSWORD"]);
});

test.each(["the script", "/opt/monolith/start"])("shellcheck finds nothing in %s", (name) => {
  const input = name === "the script" ? script : heredoc(name);
  const { status, stdout, error } = spawnSync("shellcheck", ["--shell=bash", "-"], {
    input,
    encoding: "utf8",
  });
  if (error && !process.env.CI) console.warn("shellcheck is not installed: apt-get install shellcheck");
  else expect({ status, stdout, error }).toEqual({ status: 0, stdout: "", error: undefined });
});

/** What the script writes to a file. */
function heredoc(file: string): string {
  return new RegExp(`^cat > ${file} <<'EOF'\\n([\\s\\S]*?)^EOF$`, "m").exec(script)?.[1] ?? "";
}

function describeUserData(value: unknown): string {
  return value instanceof Unknown ? value.reason.replace(/^the text /, "") : String(value);
}
