import { dirname } from "node:path/posix";
import { hint } from "./choices.ts";
import { isCode } from "./code.ts";
import { type FoundSheet, findSheets, isFromTemplates } from "./cost-sheet.ts";
import type { Lab } from "./lab.ts";
import { once, Unreadable } from "./outcome.ts";
import { type ServiceName, services } from "./parts.ts";
import { isDiagram } from "./phases/phase-1.ts";
import { type Checkout, folderOf } from "./sources.ts";
import { blobIdOf, isOfTemplate } from "./template-files.ts";

export type OwnWork = ReturnType<typeof findOwnWork>;

/** The template's services share code in the folder above theirs; a course's folders are at the top. */
function isOwnCodeOf(folder: string): (file: readonly [path: string, blobId: string]) => boolean {
  const above = dirname(folder);
  const others = ["monolith", ...services].map((name) => `${above}/${name}/`);
  const belongs = (path: string) =>
    path.startsWith(`${folder}/`) ||
    (path.startsWith(`${above}/`) && !others.some((other) => path.startsWith(other)));
  return ([path, id]) => belongs(path) && isCode(path) && !isOfTemplate(id);
}

const ofBoth = (read: (service: ServiceName) => Promise<string | undefined>) =>
  Promise.all(services.map((service) => hint(read(service))));

/**
 * Finds what shows a student's own work: files that this project never had, resources that no unchanged template of ours
 * made, or a change of the student's own that was released through such resources.
 */
export function findOwnWork(lab: Lab) {
  const { account, roles, sources } = lab;

  /** Undefined if the code does not exist. It may be in CodeCommit, where an older copy is, and in the checkout. */
  const hasOwnCode = once(async (service: ServiceName): Promise<boolean | undefined> => {
    const read = [await hint(sources.code()), sources.checkout].map(async (source) => {
      const blobs = (source && (await hint(source.blobs()))) ?? new Map<string, string>();
      const folder = folderOf(service, [...blobs.keys()]);
      return folder === undefined ? undefined : [...blobs].some(isOwnCodeOf(folder));
    });
    const found = await Promise.all(read);
    return found.includes(true) || found.find((each) => each !== undefined);
  });
  const anyOwnCode = once(async () => (await Promise.all(services.map(hasOwnCode))).includes(true));

  const releases = once(async (name: ServiceName) => {
    const done = (await roles.deployments(name)).filter(({ status }) => status === "Succeeded");
    return new Set(done.map(({ revision }) => JSON.stringify(revision)));
  });
  /** Own code and two releases, since the first may have been the template's. */
  const isOwnReleased = once(async () => {
    const counts = (await Promise.all(services.map(releases))).map(({ size }) => size);
    return Math.max(...counts) > 1 && (await anyOwnCode());
  });
  /** After it, whatever is missing was there once. */
  const wereBothReleased = once(async () => {
    const ends = services.map(async (name) => {
      const pipeline = (await hint(roles.pipeline(name)))?.name;
      const runs = pipeline ? await account.pipelineRuns(pipeline) : [];
      return (await releases(name)).size > 0 || runs.some(({ status }) => status === "Succeeded");
    });
    return (await Promise.all(ends)).every(Boolean);
  });

  const serviceArns = () => ofBoth(async (name) => (await roles.service(name)).serviceArn);
  const balancer = async () => [
    (await hint(roles.loadBalancer()))?.LoadBalancerArn,
    ...(await ofBoth(async (name) => (await roles.targetGroups(name))[0]?.TargetGroupArn)),
  ];
  /** By phase, the resources that show who did it, by the names that CloudFormation has for them. */
  const resources: { readonly [phase: string]: () => Promise<(string | undefined)[]> } = {
    5: async () => [
      ...(await ofBoth(async (name) => (await roles.imageRepository(name)).repositoryName)),
      roles.taken.get("the cluster"),
    ],
    6: balancer,
    7: serviceArns,
    8: async () => [
      ...(await ofBoth(async (name) => (await roles.deploymentGroup(name)).applicationName)),
      ...(await ofBoth(async (name) => (await roles.pipeline(name)).name)),
    ],
    9: async () => [...(await balancer()), ...(await serviceArns())],
    10: serviceArns,
  };
  /** Returns why no resource of a phase is the student's own; undefined if one is. */
  const madeByTemplate = once(async (phase: string): Promise<string | undefined> => {
    const ids = [...new Set(await resources[phase]?.())].filter((id) => id !== undefined);
    const made = (await Promise.all(ids.map(account.templateOf))).filter((each) => each !== undefined);
    const stacks = made.filter(({ text }) => isOfTemplate(blobIdOf(text))).map(({ stack }) => stack);
    if (ids.length === 0) return "nothing shows who made it";
    if (stacks.length < ids.length) return undefined;
    return `from the template (stack ${[...new Set(stacks)].join(", ")})`;
  });

  const whyNotBegun = once(async () =>
    (await anyOwnCode()) || !(await madeByTemplate("7"))
      ? undefined
      : "given by the course or the template; it counts with code of your own",
  );
  const whyNotOwnCode = async (id: string) => {
    const named = services.filter((service) => id.includes(service));
    const own = await Promise.all((named.length > 0 ? named : services).map(hasOwnCode));
    if (own.includes(true)) return undefined;
    return own.includes(false) ? "from the template: the code is unchanged" : whyNotBegun();
  };
  const whyNotOwnResource = async (phase: string) => {
    const made = (await isOwnReleased()) ? undefined : await madeByTemplate(phase);
    return (
      made && `${made}; it counts after a second release, with a change of your own in the services' code`
    );
  };

  const whyNotOwn = (id: string) => {
    const [phase = ""] = id.split(".");
    if (id === "1.diagram") return whyNotOwnDiagram(sources.checkout);
    if (phase === "1" || id === "10.cost") return whyNotOwnEstimate(sources.checkout);
    if (phase === "4" || id === "3.folders" || id === "9.navigation")
      return id === "4.workstation-ports" ? whyNotBegun() : whyNotOwnCode(id);
    return Number(phase) < 4 ? whyNotBegun() : whyNotOwnResource(phase);
  };

  return {
    /** Returns why a passing item has no points; undefined if it shows own work. */
    whyNotCounted: (id: string): Promise<string | undefined> =>
      whyNotOwn(id).catch((error: unknown) => {
        if (error instanceof Unreadable) return `own work could not be checked: ${error.message}`;
        throw error;
      }),
    /** Returns why a waiting item has no points; undefined if it was right before. */
    whyWaitingNotCounted: async (): Promise<string | undefined> => {
      const isFinished = (await hint(wereBothReleased())) && (await hint(whyNotBegun().then((why) => !why)));
      return isFinished ? undefined : "not done yet";
    },
  };
}

async function whyNotOwnDiagram(checkout: Checkout): Promise<string | undefined> {
  const blobs = [...(await checkout.blobs())];
  if (blobs.some(([path, id]) => isDiagram(path) && !isOfTemplate(id))) return undefined;
  return "from the template: the file is unchanged";
}

async function whyNotOwnEstimate(checkout: Checkout): Promise<string | undefined> {
  const blobs = await checkout.blobs();
  const isOwn = ({ path, sheet }: FoundSheet) =>
    !isOfTemplate(blobs.get(path) ?? "") && !isFromTemplates(sheet);
  if ((await findSheets(checkout)).some(isOwn)) return undefined;
  return "from the template: the estimate is what Estimate cost gives for it";
}
