import { dirname } from "node:path/posix";
import { isCode } from "./code.ts";
import type { Lab } from "./lab.ts";
import { once, Unreadable } from "./outcome.ts";
import { type ServiceName, services } from "./parts.ts";
import { hint } from "./roles.ts";
import { blobIdOf, isOfTemplate } from "./template-files.ts";

export type OwnWork = ReturnType<typeof findOwnWork>;

/**
 * Finds what shows a student's own work: files that this project never had, resources that no unchanged template of ours
 * made, or a change of the student's own that was released through such resources.
 */
export function findOwnWork(lab: Lab) {
  const { account, roles, sources } = lab;

  /** Undefined if the code does not exist. */
  const hasOwnCode = once(async (service: ServiceName): Promise<boolean | undefined> => {
    const found = await hint(lab.code(service));
    if (!found) return undefined;
    const folders = [found.folder];
    // The template's services share code in the folder above; a course's folders are at the top.
    const above = dirname(found.folder);
    const others = ["monolith", ...services].map((name) => `${above}/${name}/`);
    const isOwn = (path: string) =>
      folders.some((folder) => path.startsWith(`${folder}/`)) ||
      (above !== "." && path.startsWith(`${above}/`) && !others.some((other) => path.startsWith(other)));
    const blobs = [...(await found.source.blobs())];
    return blobs.some(([path, id]) => isOwn(path) && isCode(path) && !isOfTemplate(id));
  });
  const anyOwnCode = once(async () => (await Promise.all(services.map(hasOwnCode))).includes(true));

  const hasOwnFile = async (pattern: RegExp) =>
    [...(await sources.checkout.blobs())].some(([path, id]) => pattern.test(path) && !isOfTemplate(id));

  /** The stack of an unchanged template of ours that made a resource. */
  const templateStackOf = once(async (physicalId: string): Promise<string | undefined> => {
    const made = await account.templateOf(physicalId);
    return made && isOfTemplate(blobIdOf(made.text)) ? made.stack : undefined;
  });
  const ofBoth = async (read: (service: ServiceName) => Promise<string | undefined>) =>
    (await Promise.all(services.map((service) => hint(read(service))))).filter((id) => id !== undefined);
  const serviceArns = () => ofBoth(async (name) => (await roles.service(name)).serviceArn);

  /** Names or ARNs by which CloudFormation knows the resources that an item is about. */
  const resources: { readonly [kind in Kind]: () => Promise<string[]> } = {
    repositories: () => ofBoth(async (name) => (await roles.imageRepository(name)).repositoryName),
    cluster: async () => [roles.taken.get("the cluster")].filter((name) => name !== undefined),
    // Deploy registers revisions for the services of the template.
    definitions: async () => {
      const found = await serviceArns();
      return found.length > 0
        ? found
        : ofBoth(async (name) => (await roles.taskDefinition(name)).taskDefinitionArn);
    },
    files: async () => {
      const name = await hint(sources.deploymentRepository());
      return [name && (await account.gitRepositoryIds()).get(name)].filter((id) => id !== undefined);
    },
    balancer: async () => {
      const { LoadBalancerArn } = (await hint(roles.loadBalancer())) ?? {};
      const groups = await Promise.all(services.map((name) => hint(roles.targetGroups(name))));
      const arns = groups.flatMap((found) => found ?? []).map(({ TargetGroupArn }) => TargetGroupArn);
      return [LoadBalancerArn, ...arns].filter((arn) => arn !== undefined);
    },
    services: serviceArns,
    application: () => ofBoth(async (name) => (await roles.deploymentGroup(name)).applicationName),
    pipelines: () => ofBoth(async (name) => (await roles.pipeline(name)).name),
  };

  const stacksOf = once(async (kind: Kind) => {
    const ids = [...new Set(await resources[kind]())];
    const stacks = await Promise.all(ids.map(templateStackOf));
    return { found: ids.length, stacks: [...new Set(stacks.filter((stack) => stack !== undefined))] };
  });

  const succeeded = once(async (name: ServiceName) => {
    const { applicationName = "", deploymentGroupName = "" } =
      (await hint(roles.deploymentGroup(name))) ?? {};
    const all = applicationName ? await account.deployments(applicationName, deploymentGroupName) : [];
    return all.filter(({ status }) => status === "Succeeded");
  });

  /** Own code, and two releases: the first may have been the template's. */
  const released = once(async () => {
    if (!(await anyOwnCode())) return false;
    const revisions = await Promise.all(
      services.map(
        async (name) => new Set((await succeeded(name)).map(({ revision }) => JSON.stringify(revision))),
      ),
    );
    return revisions.some(({ size }) => size > 1);
  });

  /** Both services were released, so that everything until phase 8 was right once. */
  const wasFinished = once(async () => {
    const ends = services.map(async (name) => {
      if ((await succeeded(name)).length > 0) return true;
      const pipeline = (await hint(roles.pipeline(name)))?.name;
      const runs = pipeline ? await account.pipelineRuns(pipeline) : [];
      return runs.some(({ status }) => status === "Succeeded");
    });
    return (await Promise.all(ends)).every(Boolean);
  });

  const begun = once(async () => {
    if (await anyOwnCode()) return true;
    const { found, stacks } = await stacksOf("services");
    return found > 0 && stacks.length === 0;
  });

  const evidence = {
    file: async (pattern: RegExp) =>
      (await hasOwnFile(pattern)) ? undefined : "the repository has no such file of your own",
    begun: async () =>
      (await begun()) ? undefined : "given by the course or the template; it counts with code of your own",
    code: async (id: string) => {
      const named = services.filter((service) => id.includes(service));
      const own = await Promise.all((named.length > 0 ? named : services).map(hasOwnCode));
      if (own.includes(false) && !own.includes(true)) return "from the template: the code is unchanged";
      return own.includes(true) ? undefined : evidence.begun();
    },
    made: async (kind: Kind) => {
      if (await released()) return undefined;
      const { found, stacks } = await stacksOf(kind);
      if (found > 0 && stacks.length === 0) return undefined;
      const origin = found > 0 ? `from the template (stack ${stacks.join(", ")})` : "not of your own";
      return `${origin}; it counts when you have changed the services' code and released it, as the second release`;
    },
  };

  return {
    /** Returns why a passing item has no points; undefined if it shows own work. */
    missingFor: (id: string): Promise<string | undefined> =>
      Promise.resolve(evidenceFor(id, evidence)).catch((error: unknown) => {
        if (error instanceof Unreadable) return `own work could not be checked: ${error.message}`;
        throw error;
      }),
    /** Returns why a waiting item has no points; undefined if it was right before, since both services were released. */
    missingForWaiting: async (): Promise<string | undefined> =>
      (await hint(wasFinished())) && (await hint(begun())) ? undefined : "not done yet",
  };
}

type Kind =
  | "repositories"
  | "cluster"
  | "definitions"
  | "files"
  | "balancer"
  | "services"
  | "application"
  | "pipelines";

interface Evidence {
  file(pattern: RegExp): Promise<string | undefined>;
  begun(): Promise<string | undefined>;
  code(id: string): Promise<string | undefined>;
  made(kind: Kind): Promise<string | undefined>;
}

/** First match counts. */
const table: readonly (readonly [
  id: RegExp,
  find: (evidence: Evidence, id: string) => Promise<string | undefined>,
])[] = [
  [
    /^1\.diagram$/,
    ({ file }) =>
      file(/(?:archi|diagram|schema|design).*\.(?:drawio|png|svg|pdf|jpe?g|webp|mmd|mermaid|md)$/i),
  ],
  [/^1\.|^10\.cost$/, ({ file }) => file(/\.csv$/i)],
  [/^3\.folders$|^9\.navigation$/, ({ code }, id) => code(id)],
  [/^[23]\.|^4\.workstation/, ({ begun }) => begun()],
  [/^4\./, ({ code }, id) => code(id)],
  [/^5\.(?:image|repository)/, ({ made }) => made("repositories")],
  [/^5\.(?:cluster|service-linked-role)$/, ({ made }) => made("cluster")],
  [/^5\..*-files$|^8\.deployment-repository$/, ({ made }) => made("files")],
  [/^5\./, ({ made }) => made("definitions")],
  [/^6\.|^9\.(?:source-ip|own-address)$/, ({ made }) => made("balancer")],
  [/^8\.(?:application|deployment-groups|deploy-role)$/, ({ made }) => made("application")],
  [/^8\.(?:pipeline|image-trigger)/, ({ made }) => made("pipelines")],
  [/./, ({ made }) => made("services")],
];

function evidenceFor(id: string, evidence: Evidence): Promise<string | undefined> | undefined {
  return table.find(([pattern]) => pattern.test(id))?.[1](evidence, id);
}
