import {
  type CodeDeployClient,
  CreateDeploymentConfigCommand,
  DeploymentConfigAlreadyExistsException,
  StopDeploymentCommand,
} from "@aws-sdk/client-codedeploy";
import { git } from "../runner/load/git.ts";
import type { RunResult } from "../runner/result.ts";
import {
  addToHeading,
  type Change,
  canary,
  crashAtStart,
  slowRelease,
  toggleNavigation,
} from "../story/change.ts";
import type { Release } from "../story/follow-pushes.ts";
import { startLoadProcess, type Visitors } from "../story/load.ts";
import {
  checkManualRun,
  type ManualRun,
  type ManualWorkflow,
  readManualWorkflows,
} from "../story/manual-runs.ts";
import type { AwsClients } from "../story/simulator-process.ts";

interface Exercise {
  /** `crash-at-start` */
  name: string;
  title: Readonly<Record<"en" | "fr", string>>;
  about: Readonly<Record<"en" | "fr", string>>;
}

/** Operations of the page on a lab. Each rejects with a sentence for its user. */
export interface Operations {
  exercises: readonly Exercise[];
  visitors?: Visitors | undefined;
  /** The commit of main, and the workflows that it has. */
  describe(): Promise<{ commit: string; subject: string; workflows: ManualWorkflow[] }>;
  /** Resolves to the run's number. Rejects with InputsRefused before anything runs. */
  startWorkflow(run: ManualRun): Promise<number>;
  /** Commits and pushes a prepared change. */
  startExercise(name: string): Promise<void>;
  stopDeployment(id: string, rollBack: boolean): Promise<void>;
}

interface Lab {
  readonly aws: AwsClients;
  readonly gitDirectory: string;
  readonly visitors?: Visitors | undefined;
  /** The commit of main. */
  main(): string;
  startManually(run: ManualRun, commit: string): Promise<StartedRun>;
  /** For the story's exercises; a lab of another repository has no exercises. */
  readonly exercises?: {
    /** Address of the customers' list of suppliers. */
    readonly list: string;
    /** Resolves when the push has started its run. */
    push(release: Release): Promise<{ run: Promise<RunResult> }>;
  };
  say(line: string): void;
}

export interface StartedRun {
  readonly id: number;
  readonly result: Promise<RunResult>;
}

/** Enough for an alarm to notice that responses are slow. */
const requestsPerSecond = 20;

/** Operates the lab as its user would: by commits, pushes, workflows and calls to AWS. */
export function createOperations(lab: Lab): Operations {
  const read = (...command: string[]) => git(lab.gitDirectory, ...command);
  let described: Awaited<ReturnType<Operations["describe"]>> | undefined;
  let count = 0;
  const loadUntil = async (list: string, run: Promise<unknown>) => {
    await using ends = new AsyncDisposableStack();
    const load = await startLoadProcess([list], { requestsPerSecond }, ends);
    load.beginPhase("exercise");
    await run.catch(() => {});
  };
  return {
    visitors: lab.visitors,
    exercises: (lab.exercises ? exercises : []).map(({ name, title, about }) => ({ name, title, about })),
    async describe() {
      const commit = lab.main();
      if (described?.commit !== commit) {
        const subject = await read("log", "-1", "--format=%s", commit);
        described = { commit, subject, workflows: await readManualWorkflows(read, commit) };
      }
      return described;
    },
    async startWorkflow(run) {
      const commit = lab.main();
      await checkManualRun(read, commit, run);
      const { id, result } = await lab.startManually(run, commit);
      result.catch((error: Error) => lab.say(error.message));
      return id;
    },
    async startExercise(name) {
      const exercise = exercises.find((each) => each.name === name);
      if (!exercise || !lab.exercises) throw new Error(`unknown exercise '${name}'`);
      const { configuration, needsLoad } = exercise;
      if (configuration) await provideCanary(lab.aws.codedeploy);
      const variables: Record<string, string> = configuration ? { DEPLOYMENT_CONFIG: configuration } : {};
      const { run } = await lab.exercises.push({ change: exercise.change(count++), variables });
      run.catch((error: Error) => lab.say(error.message));
      if (needsLoad) loadUntil(lab.exercises.list, run).catch((error: Error) => lab.say(error.message));
    },
    async stopDeployment(deploymentId, rollBack) {
      await lab.aws.codedeploy.send(
        new StopDeploymentCommand({ deploymentId, autoRollbackEnabled: rollBack }),
      );
    },
  };
}

interface PreparedExercise extends Exercise {
  /** @param count how many exercises there were before: each heading is a new one */
  change(count: number): Change;
  /** Name of the traffic configuration of its deployment. */
  configuration?: string;
  /** Whether visitors are needed to see its effect. */
  needsLoad?: boolean;
}

/** The navigation is light or dark in turn, whatever an earlier exercise left in the file. */
function otherNavigation(): Change {
  const toggle = toggleNavigation("Give the administrators another navigation bar");
  return {
    ...toggle,
    edit(original, current) {
      const other = toggle.edit(original, current);
      return current === other ? original : other;
    },
  };
}

const exercises: readonly PreparedExercise[] = [
  {
    name: "new-heading",
    title: { en: "New heading", fr: "Nouveau titre" },
    about: {
      en: "Changes the customers' heading: only customer is deployed.",
      fr: "Change le titre des clients : seul customer est déployé.",
    },
    change: (count) => addToHeading(`, roast no. ${count + 1}`, "Greet the customers with a new roast"),
  },
  {
    name: "light-navigation",
    title: { en: "Light navigation", fr: "Navigation claire" },
    about: {
      en: "Makes the administrators' dark navigation bar light, or dark again.",
      fr: "Rend claire la barre de navigation sombre des administrateurs, ou l’inverse.",
    },
    change: otherNavigation,
  },
  {
    name: "crash-at-start",
    title: { en: "Crash at start", fr: "Plantage au démarrage" },
    about: {
      en: "Releases an employee service that ends at once: the run is red, production is untouched.",
      fr: "Livre un service employee qui s’arrête aussitôt : l’exécution échoue, la production reste intacte.",
    },
    change: (count) =>
      crashAtStart(`cannot start: price list no. ${count + 1} is missing`, "Require the price list"),
  },
  {
    name: "slow-canary",
    title: { en: "Slow canary", fr: "Canari lent" },
    about: {
      en: "Releases slow lists to a tenth of the visitors, with load: an alarm rolls the release back.",
      fr: "Livre des listes lentes à un dixième des visiteurs, sous charge : une alarme annule la livraison.",
    },
    change: () => slowRelease,
    configuration: canary.deploymentConfigName,
    needsLoad: true,
  },
];

/** Creates the traffic configuration of the slow canary, once. */
async function provideCanary(codedeploy: CodeDeployClient): Promise<void> {
  await codedeploy.send(new CreateDeploymentConfigCommand(canary)).catch((error) => {
    if (!(error instanceof DeploymentConfigAlreadyExistsException)) throw error;
  });
}
