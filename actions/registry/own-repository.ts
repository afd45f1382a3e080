import { DescribeRepositoriesCommand, type ECRClient } from "@aws-sdk/client-ecr";
import { type Finding, tryLookUp } from "../core/findings.ts";
import type { ImageName } from "./image-name.ts";

/** Checks with ECR whether the repository is one of this account, when the registry's name does not show it. */
export async function isOwn(
  checking: { readonly signal: AbortSignal },
  ecr: ECRClient,
  { name, repository }: ImageName,
): Promise<{ own: boolean; findings: Finding[] }> {
  const elsewhere: Finding = {
    text: `Image ${repository} is not in this account's ECR: it was not checked before the deployment.`,
    kind: "note",
  };
  const { value, findings } = await tryLookUp(
    checking,
    `image ${repository}`,
    (options) => ecr.send(new DescribeRepositoriesCommand({ repositoryNames: [name] }), options),
    { RepositoryNotFoundException: elsewhere, InvalidParameterException: elsewhere },
  );
  if (!value) return { own: false, findings };
  const own = value.repositories?.[0]?.repositoryUri === repository;
  return { own, findings: own ? [] : [elsewhere] };
}
