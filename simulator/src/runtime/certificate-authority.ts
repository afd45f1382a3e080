import { generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { isIPv4 } from "node:net";

/** Both as PEM. */
export interface Certificate {
  readonly certificate: string;
  readonly privateKey: string;
}

export interface CertificateAuthority {
  /** Its own certificate, as PEM, for clients to trust. */
  readonly certificate: string;
  /** Creates a server's key and certificate for `names`: host names and IPv4 addresses. */
  issue(names: readonly string[]): Certificate;
}

const dayMs = 86_400_000;

/** Creates an authority named `name`. Its certificates, and those that it issues, expire ten years after `now`. */
export function createCertificateAuthority(name: string, now: number): CertificateAuthority {
  const own = makeKeys();
  const validity = sequence(time(now - dayMs), time(now + 3650 * dayMs));
  const certify = (subject: string, publicKey: KeyObject, extension: Buffer) => {
    const content = sequence(
      der(0xa0, der(0x02, Buffer.of(2))),
      der(0x02, Buffer.concat([Buffer.of(1), randomBytes(15)])),
      ecdsaWithSha256,
      commonName(name),
      validity,
      commonName(subject),
      publicKey.export({ type: "spki", format: "der" }),
      der(0xa3, sequence(extension)),
    );
    const signature = sign("sha256", content, own.privateKey);
    return pem(sequence(content, ecdsaWithSha256, der(0x03, Buffer.concat([Buffer.of(0), signature]))));
  };
  return {
    certificate: certify(name, own.publicKey, authorityConstraint()),
    issue(names) {
      const { publicKey, privateKey } = makeKeys();
      return {
        certificate: certify(names[0] ?? name, publicKey, alternativeNames(names)),
        privateKey: privateKey.export({ type: "pkcs8", format: "pem" }) as string,
      };
    },
  };
}

const makeKeys = () => generateKeyPairSync("ec", { namedCurve: "P-256" });

const ecdsaWithSha256 = sequence(objectId("2a8648ce3d040302"));

function commonName(name: string): Buffer {
  return sequence(der(0x31, sequence(objectId("550403"), der(0x0c, Buffer.from(name)))));
}

/** Basic constraints, critical. */
function authorityConstraint(): Buffer {
  const yes = der(0x01, Buffer.of(0xff));
  return sequence(objectId("551d13"), yes, der(0x04, sequence(yes)));
}

function alternativeNames(names: readonly string[]): Buffer {
  const entries = names.map((name) =>
    isIPv4(name) ? der(0x87, Buffer.from(name.split(".").map(Number))) : der(0x82, Buffer.from(name)),
  );
  return sequence(objectId("551d11"), der(0x04, sequence(...entries)));
}

/** One element in ASN.1's distinguished encoding rules, of at most 65,535 bytes. */
function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  // The shortest form of a length is required.
  const long = length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...(length < 128 ? [length] : long)]), content]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts));
}

function objectId(encoded: string): Buffer {
  return der(0x06, Buffer.from(encoded, "hex"));
}

/** UTCTime, such as 261127192000Z. */
function time(ms: number): Buffer {
  const digits = new Date(ms).toISOString().slice(2, 19).replace(/\D/g, "");
  return der(0x17, Buffer.from(`${digits}Z`));
}

function pem(content: Buffer): string {
  const lines = content.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}
