import { randomUUID } from "node:crypto";
import type { Environment } from "../../environment.ts";
import { AwsError } from "../../kit/errors.ts";

export interface Repository {
  readonly id: string;
  name: string;
  description: string | undefined;
  readonly createdAt: Date;
  modifiedAt: Date;
  defaultBranch: string | undefined;
  readonly tags: Map<string, string>;
}

export interface CodeCommitState {
  readonly environment: Environment;
  /** By name. */
  readonly repositories: Map<string, Repository>;
}

export function createCodeCommitState(environment: Environment): CodeCommitState {
  return { environment, repositories: new Map() };
}

export function newRepository({ environment: { clock } }: CodeCommitState, name: string): Repository {
  const now = clock.now();
  return {
    id: randomUUID(),
    name,
    description: undefined,
    createdAt: now,
    modifiedAt: now,
    defaultBranch: undefined,
    tags: new Map(),
  };
}

export function repositoryArn({ environment: { region, accountId } }: CodeCommitState, name: string): string {
  return `arn:aws:codecommit:${region}:${accountId}:${name}`;
}

/** Throws InvalidRepositoryNameException. */
export function checkName(name: string | undefined): string {
  if (name !== undefined && /^[\w.-]{1,100}$/.test(name) && !name.endsWith(".git")) return name;
  throw new AwsError(
    "InvalidRepositoryNameException",
    `The repository name ${JSON.stringify(name ?? "")} is not valid. Repository names can be any valid combination of letters, numbers, periods, underscores, and dashes between 1 and 100 characters in length, and do not end in .git. Names are case sensitive.`,
  );
}

export function find({ repositories }: CodeCommitState, name: string | undefined): Repository {
  const found = repositories.get(checkName(name));
  if (found) return found;
  throw new AwsError("RepositoryDoesNotExistException", `${name} does not exist`);
}

export function refuseTaken({ repositories }: CodeCommitState, name: string): void {
  if (repositories.has(name))
    throw new AwsError("RepositoryNameExistsException", `Repository named ${name} already exists`);
}
