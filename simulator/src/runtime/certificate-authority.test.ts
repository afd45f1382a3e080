import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect, createServer } from "node:tls";
import { afterEach, describe, expect, it } from "vitest";
import { createCertificateAuthority } from "./certificate-authority.ts";

const now = Date.parse("2026-11-27T12:00:00Z");
const authority = createCertificateAuthority("Simulated RDS CA", now);

describe("a certificate authority", () => {
  it("certifies itself, for ten years", () => {
    const certificate = new X509Certificate(authority.certificate);
    expect(certificate.subject).toBe("CN=Simulated RDS CA");
    expect(certificate.ca).toBe(true);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.validFromDate).toEqual(new Date("2026-11-26T12:00:00Z"));
    expect(certificate.validToDate).toEqual(new Date("2036-11-24T12:00:00Z"));
  });

  it("issues certificates for names and addresses", () => {
    const certificate = new X509Certificate(authority.issue(["db.example", "127.0.0.1"]).certificate);
    expect(certificate.ca).toBe(false);
    expect(certificate.checkIssued(new X509Certificate(authority.certificate))).toBe(true);
    expect(certificate.checkHost("db.example")).toBe("db.example");
    expect(certificate.checkIP("127.0.0.1")).toBe("127.0.0.1");
    expect(certificate.checkHost("other.example")).toBeUndefined();
  });
});

describe("a TLS client", () => {
  const ends: (() => unknown)[] = [];
  afterEach(() => {
    for (const end of ends.splice(0)) end();
  });

  async function greet(ca: string): Promise<boolean> {
    const { certificate, privateKey } = authority.issue(["localhost"]);
    const server = createServer({ cert: certificate, key: privateKey }).listen(0, "127.0.0.1");
    ends.push(() => server.close());
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const client = connect({ port, host: "127.0.0.1", servername: "localhost", ca });
    ends.push(() => client.destroy());
    await once(client, "secureConnect");
    return client.authorized;
  }

  it("that trusts the authority trusts what it issued", async () => {
    expect(await greet(authority.certificate)).toBe(true);
  });

  it("that trusts another authority of the same name does not", async () => {
    const other = createCertificateAuthority("Simulated RDS CA", now);
    await expect(greet(other.certificate)).rejects.toThrow(/certificate/);
  });
});
