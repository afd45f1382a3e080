import { X509Certificate } from "node:crypto";
import { describe, expect, it } from "vitest";
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
