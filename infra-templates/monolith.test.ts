import { expect, test } from "vitest";
import { programOf, script } from "./monolith.support.ts";

test("the server runs the service as a systemd unit of a user other than root", () => {
  const unit = programOf("/etc/systemd/system/monolith.service");
  expect(unit).toMatch(/^ExecStart=\/opt\/monolith\/start$/m);
  expect(unit).toMatch(/^DynamicUser=yes$/m);
  expect(unit).toMatch(/^AmbientCapabilities=CAP_NET_BIND_SERVICE$/m);
  expect(unit).toMatch(
    /^Environment=APP_PORT=80 APP_DB_HOST=NAME APP_DB_PORT=NAME APP_DB_SSL_MODE=VERIFY_IDENTITY$/m,
  );
});

test("the password is read from the secret at every start, and stored nowhere", () => {
  expect(programOf("/opt/monolith/start")).toMatch(/get-secret-value --secret-id "NAME"/);
  expect(script.match(/password/gi)).toEqual(["PASSWORD", "password", "PASSWORD"]);
});
