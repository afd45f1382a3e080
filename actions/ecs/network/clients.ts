export type NetworkClients = ReturnType<typeof createNetworkClients>;

/** An optional response deserves fewer attempts than following a task. */
export const brief = { maxAttempts: 2 };

/** Creates clients that read who reaches whom; each is loaded at its first use. */
export function createNetworkClients() {
  return {
    ec2: async () => {
      const { EC2Client } = await import("@aws-sdk/client-ec2");
      return new EC2Client(brief);
    },
    rds: async () => {
      const { RDSClient } = await import("@aws-sdk/client-rds");
      return new RDSClient(brief);
    },
    ecr: async (region?: string) => {
      const { ECRClient } = await import("@aws-sdk/client-ecr");
      return new ECRClient(region ? { ...brief, region } : brief);
    },
  };
}
