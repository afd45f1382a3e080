import type {
  ECRPUBLIC,
  RepositoryCatalogData,
  RepositoryCatalogDataInput,
} from "@aws-sdk/client-ecr-public";
import { AwsError } from "../../errors.ts";
import type { Operations } from "../api.ts";
import { invalidParameter } from "../ecr/state.ts";
import { refuseUnsupported } from "../refuse-unsupported.ts";
import type { EcrPublicState } from "./state.ts";

/** Data shown in the gallery; ECR Public API reference, RepositoryCatalogDataInput: length of each text. */
const longest = { description: 1024, aboutText: 25_600, usageText: 25_600 } as const;

export function catalogDataOperations({ find }: EcrPublicState): Operations<ECRPUBLIC> {
  return {
    putRepositoryCatalogData(input) {
      const repository = find(input);
      repository.catalogData = checkCatalogData(input.catalogData ?? {});
      return { catalogData: repository.catalogData };
    },
    getRepositoryCatalogData(input) {
      const { catalogData, description } = find(input);
      if (catalogData) return { catalogData };
      throw new AwsError(
        "RepositoryCatalogDataNotFoundException",
        `The repository catalog data does not exist in the repository with name '${description.repositoryName}' in the registry with id '${description.registryId}'`,
      );
    },
  };
}

export function checkCatalogData(data: RepositoryCatalogDataInput): RepositoryCatalogData {
  refuseUnsupported("InvalidParameterException", "catalogData", data, [
    "description",
    "architectures",
    "operatingSystems",
    "aboutText",
    "usageText",
  ]);
  for (const [name, limit] of Object.entries(longest))
    if ((data[name as keyof typeof longest]?.length ?? 0) > limit)
      throw invalidParameter(`catalogData.${name}`, `must have at most ${limit} characters`);
  return data;
}
