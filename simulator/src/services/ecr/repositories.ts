import { randomUUID } from "node:crypto";
import type { CreateRepositoryRequest, EncryptionConfiguration, Repository } from "@aws-sdk/client-ecr";
import { callerArn } from "../../access-keys.ts";
import type { Environment } from "../../environment.ts";
import { AwsError } from "../../kit/errors.ts";
import { checkedTags, tagOperations, tagPairs } from "../../kit/tags.ts";
import { compileWildcard } from "../../kit/wildcard.ts";
import type { StoredManifest } from "../../runtime/registry/registry.ts";
import type { Operations } from "../api.ts";
import { denialOf } from "./other-accounts.ts";
import {
  accountPattern,
  type EcrState,
  imageName,
  invalidParameter,
  page,
  type RepositoryRecord,
  repositoryArn,
  tagRules,
} from "./state.ts";

/** ECR API reference, CreateRepository: pattern of repositoryName, 2 to 256 characters. */
const namePattern = /^(?:[a-z0-9]+(?:[._-][a-z0-9]+)*\/)*[a-z0-9]+(?:[._-][a-z0-9]+)*$/;

/** Permissions that an OCI client needs: for each, the most specific of several actions. */
const pushedOrPulled = { pull: "ecr:BatchGetImage", push: "ecr:PutImage", delete: "ecr:BatchDeleteImage" };

export function repositoryOperations(state: EcrState): Operations<"ecr"> {
  const { repositories, foreignRepositories, find, describe } = state;
  const { accountId, registry } = state.environment;
  const repositoriesOf = (registryId: string) =>
    registryId === accountId
      ? [...repositories.values()]
      : [...foreignRepositories.values()].filter(({ description }) => description.registryId === registryId);
  return {
    createRepository(input) {
      const { repositoryName: name = "", imageTagMutability = "MUTABLE", registryId = accountId } = input;
      assertName(name);
      const nameOfImages = imageName(accountId, registryId, name);
      if (registry.repository(nameOfImages))
        throw new AwsError(
          "RepositoryAlreadyExistsException",
          `The repository with name '${name}' already exists in the registry with id '${registryId}'`,
        );
      const record = newRepository(state, { ...input, imageTagMutability, registryId }, nameOfImages);
      if (registryId === accountId) repositories.set(name, record);
      else foreignRepositories.set(nameOfImages, record);
      return { repository: describe(record) };
    },

    describeRepositories({ registryId, repositoryNames, maxResults, nextToken }) {
      if (repositoryNames)
        return {
          repositories: repositoryNames.map((repositoryName) =>
            describe(find({ registryId, repositoryName })),
          ),
        };
      const { items, nextToken: next } = page(repositoriesOf(registryId ?? accountId), {
        maxResults,
        nextToken,
      });
      return { repositories: items.map(describe), nextToken: next };
    },

    async deleteRepository({ registryId, repositoryName, force }) {
      const record = find({ registryId, repositoryName });
      const { repositoryName: name, registryId: owner } = record.description;
      if (record.images.manifests.size > 0 && !force)
        throw new AwsError(
          "RepositoryNotEmptyException",
          `The repository with name '${name}' in registry with id '${owner}' cannot be deleted because it still contains images`,
        );
      const repository = describe(record);
      if (owner === accountId) repositories.delete(name);
      else foreignRepositories.delete(record.images.name);
      await registry.deleteRepository(record.images.name);
      return { repository };
    },
  };
}

function newRepository(
  state: EcrState,
  input: CreateRepositoryRequest & { registryId: string },
  nameOfImages: string,
): RepositoryRecord {
  const { registryId, repositoryName = "" } = input;
  const { region, registry, clock } = state.environment;
  const mutability = checkMutability(input);
  const tags = checkedTags(tagPairs.read(input.tags ?? []), tagRules);
  const encryptionConfiguration = encryptionOf(input, state.environment);
  const record: RepositoryRecord = {
    description: {
      repositoryName,
      repositoryArn: repositoryArn(region, registryId, repositoryName),
      registryId,
      createdAt: clock.now(),
      ...mutability,
      imageScanningConfiguration: { scanOnPush: input.imageScanningConfiguration?.scanOnPush ?? false },
      encryptionConfiguration,
    },
    images: registry.createRepository(nameOfImages, {
      encryption: JSON.stringify(encryptionConfiguration),
      denial: (action) => denialOf(state, record, pushedOrPulled[action]),
      isImmutable: (tag) => isImmutable(tag, record.description),
      onTag: (manifest, tag) => reportImageAction(state, record, { action: "PUSH", manifest, tag }),
      onUntag: (manifest, tag) => reportImageAction(state, record, { action: "DELETE", manifest, tag }),
    }),
    tags,
    policyText: undefined,
    lifecyclePolicyText: undefined,
  };
  return record;
}

/** Encryption with KMS and no key named uses AWS's own key for ECR, by its ARN. */
function encryptionOf(
  {
    encryptionConfiguration: { encryptionType, kmsKey } = { encryptionType: "AES256" },
  }: CreateRepositoryRequest,
  { accountId, region }: Environment,
): EncryptionConfiguration {
  if (encryptionType === "AES256") return { encryptionType };
  return { encryptionType, kmsKey: kmsKey ?? `arn:aws:kms:${region}:${accountId}:key/${randomUUID()}` };
}

function assertName(name: string): void {
  if (name.length < 2 || name.length > 256)
    throw invalidParameter("repositoryName", "must have 2 to 256 characters");
  if (!namePattern.test(name))
    throw invalidParameter("repositoryName", `must satisfy regular expression '${namePattern.source}'`);
}

interface ImageAction {
  readonly action: "PUSH" | "DELETE";
  readonly manifest: StoredManifest;
  readonly tag: string;
}

/**
 * Sends an event to the default bus for every tag of an image that was pushed or deleted. A push without a change sends
 * none. Source of the shape: ECR user guide, "Amazon ECR events and EventBridge".
 */
function reportImageAction(
  { environment: { aws, accountId, warn } }: EcrState,
  { description: { registryId, repositoryName } }: RepositoryRecord,
  { action, manifest, tag }: ImageAction,
): void {
  // Events of another account's registry are sent to that account's bus.
  if (registryId !== accountId) return;
  const detail = {
    result: "SUCCESS",
    "repository-name": repositoryName,
    "image-digest": manifest.digest,
    "action-type": action,
    "manifest-media-type": manifest.mediaType,
    "artifact-media-type": manifest.artifactType,
    "image-tag": tag,
  };
  const entry = { Source: "aws.ecr", DetailType: "ECR Image Action", Detail: JSON.stringify(detail) };
  // A push does not wait for the event's subscribers.
  aws.events
    .putEvents({ Entries: [entry] })
    .catch((error) => warn(`no event was sent for ${repositoryName}:${tag}: ${(error as Error).message}`));
}

export function settingOperations({ environment, find, tagsOf }: EcrState): Operations<"ecr"> {
  return {
    putImageTagMutability(input) {
      const { description } = find(input);
      Object.assign(description, checkMutability(input));
      const { imageTagMutability, imageTagMutabilityExclusionFilters } = description;
      const { registryId, repositoryName } = description;
      return {
        registryId,
        repositoryName,
        imageTagMutability,
        imageTagMutabilityExclusionFilters,
      };
    },
    putImageScanningConfiguration(input) {
      const { description } = find(input);
      description.imageScanningConfiguration = {
        scanOnPush: input.imageScanningConfiguration?.scanOnPush ?? false,
      };
      const { registryId, repositoryName, imageScanningConfiguration } = description;
      return { registryId, repositoryName, imageScanningConfiguration };
    },

    putAccountSetting({ name, value }) {
      if (name !== "BLOB_MOUNTING")
        throw new AwsError(
          "ValidationException",
          `the simulator has the account setting BLOB_MOUNTING, not ${name}`,
        );
      if (value !== "ENABLED" && value !== "DISABLED")
        throw invalidParameter("value", "must be ENABLED or DISABLED");
      environment.registry.blobMounting = value === "ENABLED";
      return { name, value };
    },

    ...tagOperations(["resourceArn", "tags", "tagKeys"], tagPairs, tagRules, tagsOf),
  };
}

/** ECR API reference, GetAuthorizationToken: "The authorization token is valid for 12 hours." */
const tokenLifetimeMs = 12 * 60 * 60 * 1000;

export function authorizationOperations({ environment }: EcrState): Operations<"ecr"> {
  const { accountId, accessKeys, clock, gateway, registry } = environment;
  return {
    getAuthorizationToken({ registryIds = [accountId] }, { accessKeyId }) {
      const malformed = registryIds.find((id) => !accountPattern.test(id));
      if (malformed !== undefined)
        throw invalidParameter("registryIds", `must satisfy regular expression '${accountPattern.source}'`);
      const expiresAt = new Date(clock.now().getTime() + tokenLifetimeMs);
      const owner =
        accessKeyId === "in-process" ? undefined : callerArn({ accessKeys, accountId }, accessKeyId);
      const credentials = `AWS:${registry.issueToken(expiresAt, owner)}`;
      // The token is valid everywhere the account has access: ECR API reference, GetAuthorizationToken.
      const authorizationData = registryIds.map(() => ({
        authorizationToken: Buffer.from(credentials).toString("base64"),
        expiresAt,
        proxyEndpoint: `http://${gateway.host}:${gateway.port}`,
      }));
      return { authorizationData };
    },
  };
}

/** Rules cannot be created: the simulator has no other registry to pull from. */
export function pullThroughCacheOperations({ environment }: EcrState): Operations<"ecr"> {
  return {
    describePullThroughCacheRules({ registryId = environment.accountId, ecrRepositoryPrefixes = [] }) {
      const [prefix] = ecrRepositoryPrefixes;
      if (prefix === undefined) return { pullThroughCacheRules: [] };
      throw new AwsError(
        "PullThroughCacheRuleNotFoundException",
        `Pull through cache rule with Amazon ECR repository prefix '${prefix}' not found in registry with id '${registryId}'`,
      );
    },
  };
}

type Mutability = Pick<Repository, "imageTagMutability" | "imageTagMutabilityExclusionFilters">;

/** Source: ECR user guide, "Preventing image tags from being overwritten": filters go only with …_WITH_EXCLUSION. */
function checkMutability({ imageTagMutability, imageTagMutabilityExclusionFilters }: Mutability): Mutability {
  const filters = imageTagMutabilityExclusionFilters ?? [];
  const withExclusion = imageTagMutability?.endsWith("_WITH_EXCLUSION") ?? false;
  if (withExclusion !== filters.length > 0)
    throw invalidParameter(
      "imageTagMutabilityExclusionFilters",
      withExclusion
        ? `must have 1 to 5 filters with ${imageTagMutability}`
        : `must be absent with ${imageTagMutability}`,
    );
  if (filters.length > 5)
    throw invalidParameter("imageTagMutabilityExclusionFilters", "must have at most 5 filters");
  return { imageTagMutability, imageTagMutabilityExclusionFilters: withExclusion ? filters : undefined };
}

function isImmutable(tag: string, { imageTagMutability, imageTagMutabilityExclusionFilters }: Mutability) {
  const excluded = (imageTagMutabilityExclusionFilters ?? []).some(({ filter = "" }) =>
    compileWildcard(filter)(tag),
  );
  return imageTagMutability?.startsWith("IMMUTABLE") ? !excluded : excluded;
}
