import type { ECRClient } from "@aws-sdk/client-ecr";
import type { IAMClient } from "@aws-sdk/client-iam";
import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";

/** Clients that only the checks before a deployment need; each is loaded at its first use. */
export interface LookupClients {
  readonly ecr: (region?: string) => Promise<ECRClient>;
  readonly iam: () => Promise<IAMClient>;
  readonly secretsManager: (region?: string) => Promise<SecretsManagerClient>;
}

/** An optional response deserves fewer attempts than following a deployment. */
const brief = { maxAttempts: 2 };

export function createLookupClients(): LookupClients {
  const options = (region?: string) => (region ? { ...brief, region } : brief);
  return {
    ecr: async (region) => {
      const { ECRClient } = await import("@aws-sdk/client-ecr");
      return new ECRClient(options(region));
    },
    iam: async () => {
      const { IAMClient } = await import("@aws-sdk/client-iam");
      return new IAMClient(brief);
    },
    secretsManager: async (region) => {
      const { SecretsManagerClient } = await import("@aws-sdk/client-secrets-manager");
      return new SecretsManagerClient(options(region));
    },
  };
}
