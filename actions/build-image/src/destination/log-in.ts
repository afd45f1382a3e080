import type { ECRClient } from "@aws-sdk/client-ecr";
import type { Credentials } from "../../../shared/registry/authorization.ts";
import { logIn } from "../../../shared/registry/ecr-login.ts";
import type { BuildEnvironment } from "../environment.ts";
import { persist } from "./persist.ts";

export function logInToEcr(ecr: ECRClient, environment: BuildEnvironment): Promise<Credentials> {
  const { mask, signal } = environment;
  return persist("log in to ECR", () => logIn(ecr, mask, signal), environment);
}
