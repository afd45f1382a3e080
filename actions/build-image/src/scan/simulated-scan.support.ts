import type { Simulator } from "../../../../simulator/src/simulator.ts";
import type { FetchedManifest } from "../../../shared/registry/client.ts";
import type { ElsewhereInEcr } from "../../../shared/registry/destination/repository-name.ts";
import { findDestination } from "../build-image.ts";
import type { BuildEnvironment } from "../builder.ts";
import { checkScan } from "./gate.ts";
import type { ScanGateInputs } from "./inputs.ts";

export const gateInputs: ScanGateInputs = {
  wait: true,
  failOn: "CRITICAL",
  timeoutMs: 300_000,
  ignored: new Map(),
};

/** Checks an image of the repository `customer`, in another account when one is given. */
export async function ask(
  environment: BuildEnvironment,
  manifest: FetchedManifest,
  inputs: Partial<ScanGateInputs> = {},
  elsewhere?: ElsewhereInEcr,
) {
  const repository = { registry: "ecr" as const, name: "customer", ...(elsewhere && { elsewhere }) };
  const found = await findDestination({ repository, creation: undefined }, environment);
  const destination = await found.open();
  const outcome = await checkScan({ destination, manifest }, { ...gateInputs, ...inputs }, environment);
  if (!outcome) throw new Error("the gate was not asked");
  return outcome;
}

export async function createCustomer({ aws }: Simulator, scanOnPush = true): Promise<void> {
  const imageScanningConfiguration = { scanOnPush };
  await aws.ecr.createRepository({ repositoryName: "customer", imageScanningConfiguration });
}

export async function deleteCustomer({ aws }: Simulator): Promise<void> {
  await aws.ecr.deleteRepository({ repositoryName: "customer", force: true });
}
