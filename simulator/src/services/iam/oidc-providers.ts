import { AwsError } from "../../kit/errors.ts";
import { addTags, removeTags, tagPairs } from "../../kit/tags.ts";
import type { Operations } from "../api.ts";
import {
  alreadyExists,
  type IamState,
  noSuchEntity,
  type OidcProvider,
  readTags,
  shownTags,
  validationError,
} from "./state.ts";

/** Source: CreateOpenIDConnectProvider, IAM API reference. */
const mostClients = 100;
const mostThumbprints = 5;

/**
 * Thumbprint of a provider created without one. IAM reads it from the provider's certificate, which is not available.
 */
const unknownThumbprint = "f".repeat(40);

/** External identity providers, such as GitHub Actions. Nothing is fetched from them. */
export function oidcProviderOperations(state: IamState): Operations<"iam"> {
  return {
    createOpenIDConnectProvider: ({ Url = "", ClientIDList = [], ThumbprintList = [], Tags }) => {
      const name = nameOf(Url);
      const arn = `arn:aws:iam::${state.accountId}:oidc-provider/${name}`;
      refuseBadClients(ClientIDList);
      refuseBadThumbprints(ThumbprintList);
      if (state.oidcProviders.has(arn)) throw alreadyExists(`Provider with url ${Url} already exists.`);
      const tags = readTags(Tags);
      const thumbprints = ThumbprintList.length > 0 ? ThumbprintList : [unknownThumbprint];
      const clientIds = new Set(ClientIDList);
      state.oidcProviders.set(arn, { arn, name, createDate: state.now(), clientIds, thumbprints, tags });
      return { OpenIDConnectProviderArn: arn, Tags: shownTags(tags) };
    },
    getOpenIDConnectProvider: ({ OpenIDConnectProviderArn }) => {
      const provider = find(state, OpenIDConnectProviderArn);
      return {
        // Without the scheme, as IAM returns it.
        Url: provider.name,
        ClientIDList: [...provider.clientIds],
        ThumbprintList: [...provider.thumbprints],
        CreateDate: provider.createDate,
        Tags: tagPairs.write(provider.tags),
      };
    },
    listOpenIDConnectProviders: () => ({
      OpenIDConnectProviderList: [...state.oidcProviders.keys()].map((Arn) => ({ Arn })),
    }),
    addClientIDToOpenIDConnectProvider: ({ OpenIDConnectProviderArn, ClientID = "" }) => {
      const { clientIds } = find(state, OpenIDConnectProviderArn);
      refuseBadClients([...clientIds, ClientID]);
      clientIds.add(ClientID);
      return {};
    },
    removeClientIDFromOpenIDConnectProvider: ({ OpenIDConnectProviderArn, ClientID = "" }) => {
      find(state, OpenIDConnectProviderArn).clientIds.delete(ClientID);
      return {};
    },
    updateOpenIDConnectProviderThumbprint: ({ OpenIDConnectProviderArn, ThumbprintList = [] }) => {
      const provider = find(state, OpenIDConnectProviderArn);
      refuseBadThumbprints(ThumbprintList);
      provider.thumbprints = ThumbprintList;
      return {};
    },
    deleteOpenIDConnectProvider: ({ OpenIDConnectProviderArn = "" }) => {
      // Deleting a missing provider is not an error.
      state.oidcProviders.delete(OpenIDConnectProviderArn);
      return {};
    },
    tagOpenIDConnectProvider: ({ OpenIDConnectProviderArn, Tags }) => {
      const { tags } = find(state, OpenIDConnectProviderArn);
      return addTags(tags, readTags(Tags, tags));
    },
    untagOpenIDConnectProvider: ({ OpenIDConnectProviderArn, TagKeys }) =>
      removeTags(find(state, OpenIDConnectProviderArn).tags, TagKeys),
  };
}

function find(state: IamState, arn = ""): OidcProvider {
  const provider = state.oidcProviders.get(arn);
  if (!provider) throw noSuchEntity(`OpenIDConnect Provider not found for arn ${arn}`);
  return provider;
}

/** Host and path of its address. */
function nameOf(url: string): string {
  const name = /^https:\/\/([a-z0-9][a-z0-9.-]*\.[a-z]+(?:\/[^?#\s]*)?)$/i.exec(url)?.[1];
  if (name === undefined || url.length > 255)
    throw validationError(
      `Invalid Open ID Connect Provider URL '${url}': it begins with https:// and has no query.`,
    );
  return name.replace(/\/$/, "");
}

function refuseBadClients(ids: readonly string[]): void {
  if (ids.length > mostClients)
    throw new AwsError(
      "LimitExceededException",
      `Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: ${mostClients}`,
      409,
    );
  if (ids.some((id) => id.length < 1 || id.length > 255))
    throw validationError("A client ID has 1 to 255 characters.");
}

function refuseBadThumbprints(thumbprints: readonly string[]): void {
  const bad = thumbprints.find((each) => !/^[0-9a-fA-F]{40}$/.test(each));
  if (bad !== undefined)
    throw validationError(`'${bad}' is not a thumbprint: 40 hexadecimal digits of a certificate's SHA-1.`);
  if (thumbprints.length > mostThumbprints)
    throw new AwsError(
      "InvalidInputException",
      `Thumbprint list must contain fewer than ${mostThumbprints + 1} entries.`,
    );
}
