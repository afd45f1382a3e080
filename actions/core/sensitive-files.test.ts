import { expect, test } from "vitest";
import { namesOfSensitive, privateKeyPattern, type SensitiveKind } from "./sensitive-files.ts";

test.each<[SensitiveKind, string[], string | undefined]>([
  [
    "dependencies",
    ["node_modules/a/index.js", "node_modules/b/index.js", "web/node_modules/c.js"],
    "node_modules, web/node_modules",
  ],
  ["dependencies", ["docs/node_modules.md", "my_node_modules/a"], undefined],
  ["git", [".git/config", ".git/HEAD", "vendor/.git"], ".git, vendor/.git"],
  ["git", [".gitignore", ".github/workflows/ci.yml"], undefined],
  ["environment", [".env", "web/.env.production"], ".env, web/.env.production"],
  ["environment", [".env.example", ".env.sample", ".envrc", "env"], undefined],
  [
    "credentials",
    [".aws/credentials", "a/.aws/sso/cache/b.json"],
    ".aws/credentials, a/.aws/sso/cache/b.json",
  ],
  ["credentials", [".docker/config.json", "a/.netrc"], ".docker/config.json, a/.netrc"],
  ["credentials", ["aws/credentials", ".aws/README.md", "credentials"], undefined],
  ["registry", [".npmrc", "a/.npmrc"], ".npmrc, a/.npmrc"],
  ["keys", ["a.pem", "tls/b.key", "id_ed25519", "c.p12"], "a.pem, tls/b.key, id_ed25519, c.p12"],
  ["keys", ["id_ed25519.pub", "keys.ts", "pem"], undefined],
  [
    "keys",
    ["1.pem", "2.pem", "3.pem", "4.pem", "5.pem", "6.pem", "7.pem"],
    "1.pem, 2.pem, 3.pem, 4.pem, 5.pem and 2 more",
  ],
])("for kind %s, rates %j as %s", (kind, paths, names) => {
  expect(namesOfSensitive(paths, [kind])).toBe(names);
});

const pattern = new RegExp(privateKeyPattern.replace("[[:space:]]", "\\s"), "m");

test.each([
  ["-----BEGIN RSA PRIVATE KEY-----\nMII", true],
  ["x\n-----BEGIN OPENSSH PRIVATE KEY-----\r\nb3B", true],
  ["-----BEGIN PRIVATE KEY-----", true],
  ["-----BEGIN PGP PRIVATE KEY BLOCK-----", true],
  ["-----BEGIN CERTIFICATE-----", false],
  ["-----BEGIN PUBLIC KEY-----", false],
  ['const head = "-----BEGIN PRIVATE KEY-----";', false],
])("detects whether %j begins a private key: %s", (text, isKey) => {
  expect(pattern.test(text)).toBe(isKey);
});
