import type { PricingClient } from "@aws-sdk/client-pricing";

/** The Price List API exists in few regions; each returns the prices of all. Source: its user guide, endpoints. */
const region = "us-east-1";
/** The API allows few requests a second, and one estimate reads some twenty prices. */
const maxAttempts = 6;

/** Loaded only when prices are read from AWS. */
export async function createPricing(): Promise<PricingClient> {
  const { PricingClient } = await import("@aws-sdk/client-pricing");
  return new PricingClient({ region, maxAttempts });
}
