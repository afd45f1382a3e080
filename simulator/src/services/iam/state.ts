import { randomBytes } from "node:crypto";
import type { Role as Description, Policy, Tag } from "@aws-sdk/client-iam";
import type { Environment } from "../../environment.ts";
import { errorWith } from "../../kit/errors.ts";
import { pager } from "../../kit/page.ts";
import { checkedTags, tagPairs } from "../../kit/tags.ts";

export interface Role {
  readonly name: string;
  /** As GetRole shows it, without its trust policy and tags. */
  readonly facts: Description;
  trustPolicy: string;
  readonly inlinePolicies: Map<string, string>;
  /** ARNs, in the order they were attached. */
  readonly attachedPolicies: Set<string>;
  readonly tags: Map<string, string>;
}

export interface InstanceProfile {
  readonly name: string;
  readonly path: string;
  readonly id: string;
  readonly createDate: Date;
  /** A profile has one role at most. */
  roleName?: string | undefined;
  readonly tags: Map<string, string>;
}

export interface OidcProvider {
  readonly arn: string;
  /** Its address without the scheme. */
  readonly name: string;
  readonly createDate: Date;
  readonly clientIds: Set<string>;
  thumbprints: readonly string[];
  readonly tags: Map<string, string>;
}

export interface IamState {
  readonly accountId: string;
  readonly now: () => Date;
  readonly roles: Map<string, Role>;
  /** By ARN, with the default version's document. */
  readonly policies: Map<string, { facts: Policy; document: string }>;
  /** By name. */
  readonly instanceProfiles: Map<string, InstanceProfile>;
  /** By ARN. */
  readonly oidcProviders: Map<string, OidcProvider>;
}

export function createIamState({ accountId, clock }: Environment): IamState {
  return {
    accountId,
    now: () => clock.now(),
    roles: new Map(),
    policies: new Map(),
    instanceProfiles: new Map(),
    oidcProviders: new Map(),
  };
}

/** 21 characters like AWS's unique ids: AROA for roles, AIPA for instance profiles. */
export function newId(prefix: string): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  return prefix + [...randomBytes(17)].map((byte) => alphabet[byte % alphabet.length]).join("");
}

export function findRole(state: IamState, name: string | undefined): Role {
  const role = state.roles.get(name ?? "");
  if (!role) throw noSuchEntity(`The role with name ${name} cannot be found.`);
  return role;
}

export function refuseBadName(member: string, name: string, maxLength: number): void {
  if (!/^[\w+=,.@-]+$/.test(name) || name.length > maxLength)
    throw validationError(
      `'${name}' is not a ${member}: up to ${maxLength} letters, digits and _ + = , . @ - are allowed.`,
    );
}

export function refuseBadPath(path: string): void {
  if (!/^\/([!-~]+\/)?$/.test(path))
    throw validationError(`The specified value for path is invalid: '${path}' must begin and end with /.`);
}

/** Documents are returned percent-encoded by RFC 3986. Source: GetRole, IAM API reference. */
export function encodeDocument(document: string): string {
  return encodeURIComponent(document).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

export const noSuchEntity = errorWith("NoSuchEntityException", 404);

export const alreadyExists = errorWith("EntityAlreadyExistsException", 409);

export const deleteConflict = errorWith("DeleteConflictException", 409);

export const validationError = errorWith("ValidationError");

export const unsupported = "InvalidInputException";

const pages = pager({
  size: "MaxItems",
  token: "Marker",
  standard: 100,
  largest: 1000,
  code: "ValidationError",
});

/** Returns one page of a sorted list. */
export function page<Item>(all: readonly Item[], input: { MaxItems?: number; Marker?: string }) {
  const { items, Marker } = pages(all, input);
  return { items, IsTruncated: Marker !== undefined, Marker };
}

export const readTags = (tags: readonly Tag[] = [], held?: ReadonlyMap<string, string>) =>
  checkedTags(tagPairs.read(tags), { tooMany: "LimitExceededException" }, held);

export const shownTags = (tags: ReadonlyMap<string, string>) =>
  tags.size > 0 ? tagPairs.write(tags) : undefined;
