import type { ECRClient } from "@aws-sdk/client-ecr";
import { logIn } from "../ecr-login.ts";
import type { RegistryWorld } from "../registry-world.ts";
import type { Credentials } from "../token.ts";
import { persist } from "./persist.ts";

export function logInToEcr(ecr: ECRClient, world: RegistryWorld): Promise<Credentials> {
  const { mask, signal } = world;
  return persist("log in to ECR", () => logIn(ecr, mask, signal), world);
}
