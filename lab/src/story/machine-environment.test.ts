import { expect, it } from "vitest";
import { machineEnvironment } from "./simulator-process.ts";

it("the runner's machine has none of the user's AWS settings", () => {
  const user = {
    PATH: "/bin",
    AWS_PROFILE: "mine",
    AWS_ACCESS_KEY_ID: "real",
    NODE_OPTIONS: "--x",
    npm_config_registry: "r",
  };
  const environment = machineEnvironment(user, "http://127.0.0.1:1", "/tmp/x");
  expect(environment).toMatchObject({
    PATH: "/bin",
    npm_config_registry: "r",
    AWS_ENDPOINT_URL: "http://127.0.0.1:1",
  });
  expect(environment).not.toHaveProperty("AWS_PROFILE");
  expect(environment).not.toHaveProperty("AWS_ACCESS_KEY_ID");
  expect(environment).not.toHaveProperty("NODE_OPTIONS");
  expect(environment.AWS_CONFIG_FILE).toBe("/tmp/x/no-aws-config");
});
