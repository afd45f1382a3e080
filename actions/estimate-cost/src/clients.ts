import type { PricingClient } from "@aws-sdk/client-pricing";

/** The Price List API is in few regions; each tells the prices of all. Source: its user guide, endpoints. */
const region = "us-east-1";
/** It allows few requests a second, and one estimate asks for some twenty prices. */
const maxAttempts = 6;

/** Loaded only when prices are asked of AWS. */
export async function createPricing(): Promise<PricingClient> {
  const { PricingClient } = await import("@aws-sdk/client-pricing");
  return new PricingClient({ region, maxAttempts });
}
