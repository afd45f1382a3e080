import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { useFolder } from "@ecs-delivery/program/test-folder.support";
import { expect, it, onTestFinished } from "vitest";
import { reach } from "./reach.ts";

it("explains a certificate of an unknown authority", async () => {
  const folder = useFolder(onTestFinished);
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const request = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost"];
  await promisify(execFile)("openssl", [...request, "-keyout", key, "-out", cert]);
  const server = createServer({ key: await readFile(key), cert: await readFile(cert) });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const url = new URL(`https://127.0.0.1:${(server.address() as AddressInfo).port}`);
  await expect(reach("the.registry", url, {})).rejects.toMatchObject({
    message: expect.stringMatching(/trusted: self-signed certificate/),
    nextStep: expect.stringContaining("NODE_EXTRA_CA_CERTS"),
  });
});
