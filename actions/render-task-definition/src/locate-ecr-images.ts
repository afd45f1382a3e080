import { DescribeRepositoriesCommand } from "@aws-sdk/client-ecr";
import { explainAwsError } from "../../shared/aws-errors.ts";
import { Failure } from "../../shared/failure.ts";
import type { Container } from "./containers.ts";
import type { RenderContext } from "./context.ts";

/**
 * Matches `ecr://<repository>@sha256:…`, or with a tag: an image of the job's own account and region, in the form that
 * build-image outputs for other jobs.
 */
const pattern = /^ecr:\/\/([a-z0-9]+(?:[._/-][a-z0-9]+)*)((?::\w[\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?)$/;

/** Replaces `ecr://` by the registry's address; images that cannot be found are added to `faults`. */
export async function locateEcrImages(
  containers: readonly Container[],
  context: RenderContext,
  faults: string[],
): Promise<void> {
  const uris = new Map<string, Promise<string>>();
  for (const container of containers) {
    const { image } = container;
    if (typeof image !== "string" || !image.startsWith("ecr://")) continue;
    const [, repository, version] = pattern.exec(image) ?? [];
    try {
      if (repository === undefined || !version)
        throw new Failure("expected ecr://<repository>@sha256:… or ecr://<repository>:<tag>");
      const uri = uris.get(repository) ?? uriOf(repository, context);
      uris.set(repository, uri);
      container.image = (await uri) + version;
    } catch (error) {
      if (context.signal.aborted) throw error;
      const said = error instanceof Failure ? error : explainAwsError(error);
      if (!said) throw error;
      faults.push(`The image ${image} of the container "${container.name}" cannot be found: ${said.message}`);
    }
  }
}

async function uriOf(repository: string, { createEcr, signal }: RenderContext): Promise<string> {
  const ecr = await createEcr();
  const command = new DescribeRepositoriesCommand({ repositoryNames: [repository] });
  const { repositories } = await ecr.send(command, { abortSignal: signal }).catch((error) => {
    if (error instanceof Error && error.name === "RepositoryNotFoundException") return { repositories: [] };
    throw error;
  });
  const uri = repositories?.[0]?.repositoryUri;
  if (uri) return uri;
  throw new Failure(`ECR repository "${repository}" does not exist in this account and region`);
}
