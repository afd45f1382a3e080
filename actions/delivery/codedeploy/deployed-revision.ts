import { GetApplicationRevisionCommand, type RevisionLocation } from "@aws-sdk/client-codedeploy";
import type { DeliveryContext } from "../context.ts";

/** Returns a function that reads a deployment's AppSpec; undefined when it can no longer be found. Texts are cached. */
export function createAppSpecReader(
  { clients: { codedeploy }, signal }: Pick<DeliveryContext, "clients" | "signal">,
  applicationName: string,
) {
  const contents = new Map<string, Promise<string | undefined>>();

  /** A deployment has only the digest of its AppSpec (API reference, GetDeployment); the application has the text. */
  async function contentOf(revision: RevisionLocation | undefined): Promise<string | undefined> {
    const { content, sha256 } = revision?.appSpecContent ?? revision?.string ?? {};
    if (content || !sha256 || !revision) return content;
    const known = contents.get(sha256) ?? findContent(revision);
    contents.set(sha256, known);
    return known;
  }

  async function findContent(revision: RevisionLocation): Promise<string | undefined> {
    const command = new GetApplicationRevisionCommand({ applicationName, revision });
    try {
      const found = (await codedeploy.send(command, { abortSignal: signal })).revision;
      return (found?.appSpecContent ?? found?.string)?.content;
    } catch (error) {
      if ((error as Error).name === "RevisionDoesNotExistException") return undefined;
      throw error;
    }
  }

  return contentOf;
}

/** Returns a function that reads a deployment's task definition from its AppSpec, likewise. */
export function createRevisionReader(
  context: Pick<DeliveryContext, "clients" | "signal">,
  application: string,
) {
  const contentOf = createAppSpecReader(context, application);
  return async (revision: RevisionLocation | undefined): Promise<string | undefined> =>
    taskDefinitionIn(await contentOf(revision));
}

/** Returns the function that an AppSpec, JSON or YAML, names for a lifecycle event; keys match in any case. */
export function functionIn(content = "", event: string): string | undefined {
  const plain = (text: string) => text.replace(/#.*|["'\s[\]-]/g, "");
  const pairs = content.split(/[\n,{}]/).map((line) => [line.split(":", 1)[0] ?? "", line] as const);
  const found = pairs.find(([key]) => plain(key).toLowerCase() === event.toLowerCase());
  return found?.[1].slice(found[0].length + 1).replace(/#.*|["'\s\]]/g, "") || undefined;
}

/** An AppSpec, JSON or YAML, has its task definition by ARN ("AppSpec 'resources' section", CodeDeploy user guide). */
function taskDefinitionIn(content: string | undefined): string | undefined {
  return /arn:[\w-]+:ecs:[\w-]+:\d+:task-definition\/[\w-]+:\d+/.exec(content ?? "")?.[0];
}
