import { randomBytes } from "node:crypto";
import type { Environment } from "../../environment.ts";
import { AwsError } from "../../kit/errors.ts";

export interface DevelopmentEnvironment {
  readonly id: string;
  readonly arn: string;
  name: string;
  description: string;
  readonly connectionType: "CONNECT_SSH" | "CONNECT_SSM";
  readonly ownerArn: string;
  readonly instanceType: string;
  readonly imageId: string;
  readonly subnetId: string | undefined;
  readonly automaticStopTimeMinutes: number | undefined;
  readonly clientRequestToken: string | undefined;
  managedCredentials: "ENABLED_ON_CREATE" | "ENABLED_BY_OWNER" | "DISABLED_BY_OWNER" | "DISABLED_BY_DEFAULT";
  readonly tags: Map<string, string>;
}

export interface Cloud9State {
  readonly environment: Environment;
  /** By id. */
  readonly environments: Map<string, DevelopmentEnvironment>;
}

export function createCloud9State(environment: Environment): Cloud9State {
  return { environment, environments: new Map() };
}

/** Cloud9's ids are 32 hexadecimal digits. */
export function newId(): string {
  return randomBytes(16).toString("hex");
}

export function environmentArn({ environment: { region, accountId } }: Cloud9State, id: string): string {
  return `arn:aws:cloud9:${region}:${accountId}:environment:${id}`;
}

export function find({ environments }: Cloud9State, id: string | undefined): DevelopmentEnvironment {
  const found = environments.get(id ?? "");
  if (found) return found;
  throw new AwsError("NotFoundException", `The environment ${id} does not exist.`);
}

export function badRequest(message: string): AwsError {
  return new AwsError("BadRequestException", message);
}
