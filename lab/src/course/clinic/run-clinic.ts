import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { UpdateServiceCommand } from "@aws-sdk/client-ecs";
import { checkLab } from "@ecs-delivery/actions/check-lab/src/check";
import { type Game, gamesIn } from "@ecs-delivery/actions/check-lab/src/class/clinic-games";
import type { Fault } from "@ecs-delivery/actions/check-lab/src/faults/faults";
import { openClients } from "@ecs-delivery/actions/check-lab/src/faults/place";
import { createReadPage, openLab, readAccount } from "@ecs-delivery/actions/check-lab/src/lab";
import { phases } from "@ecs-delivery/actions/check-lab/src/phases/phases";
import { openCheckout } from "@ecs-delivery/actions/check-lab/src/sources";
import weights from "@ecs-delivery/actions/check-lab/weights.json" with { type: "json" };
import { Refusal } from "@ecs-delivery/program/command-line";
import { exportLines } from "@ecs-delivery/simulator/shell-lines";
import type { LabOptions } from "../../options.mjs";
import type { Session } from "../../repository-lab/options.ts";
import type { ChapterName } from "../../story/chapter-list.mjs";
import type { Progress } from "../../story/progress.ts";
import { createStepRecorder } from "../../story/record-steps.ts";
import { type LabPlace, type Rehearsal, startRehearsal } from "../../story/rehearsal.ts";
import { runChapters } from "../../story/run-chapters.ts";
import { credentialsOf } from "../../story/simulator-process.ts";
import { faultNamed, faultOf } from "./choose-fault.ts";
import { type Clinic, hintCosts, type RunningGame, startGame } from "./game.ts";

type ClinicOptions = NonNullable<LabOptions["clinic"]>;

/** Between two checks. A check reads the whole account, on the machine that also runs it. */
const pauseMs = 3_000;

/**
 * `npm run lab -- --clinic`: opens the finished lab in a simulated account of its own, and plays until the user ends it.
 * Nothing here reads the environment's keys or endpoint, so that it cannot break an account on AWS.
 */
export async function runClinic(
  { name, seed = randomUUID() }: ClinicOptions,
  options: LabOptions,
  place: LabPlace,
  session: Session,
): Promise<true> {
  let fault = name ? faultNamed(name) : undefined;
  const { progress, ends, signal } = session;
  const file = join(place.outputDirectory, "clinic.json");
  let games = await readGames(file);
  const rehearsal = await startRehearsal(options, place, progress, ends);
  await finishLab(rehearsal, progress);
  const lab = connect(rehearsal, place, options.listenerOffset, signal);
  const language = /^fr/i.test(process.env.LC_ALL || process.env.LANG || "") ? "fr" : "en";
  progress.sayVerbatim(describeClinic(rehearsal, file));
  const lines = createInterface({ input: process.stdin });
  ends.defer(() => lines.close());
  while (!signal.aborted) {
    const round = games.filter((game) => game.seed === seed).length;
    const clinic: Clinic = {
      ...{ ...lab, games, language, now: Date.now, say: progress.say },
      seed: fault ? undefined : seed,
      keep: (kept) => writeFile(file, `${JSON.stringify({ version: 1, games: kept }, undefined, 2)}\n`),
    };
    progress.say("\nBreaking the lab; this takes some minutes of AWS's time …");
    const game = await startGame(clinic, fault ?? faultOf(seed, round)).catch(refusal(progress));
    if (game) games = [...games, await play(game, lines, progress)];
    fault = await askForNext(lines, progress, signal);
  }
  return true;
}

/** The player's commands, until the game is over. */
async function play(game: RunningGame, lines: Interface, { say }: Progress): Promise<Game> {
  const commands = { hint: game.hint, "give up": game.giveUp, symptoms: game.showSymptoms };
  const obey = async (line: string) => {
    const text = line.trim().toLowerCase();
    const found = Object.entries(commands).find(([name]) => name === text);
    if (found) await found[1]();
    else say(`Commands: ${Object.keys(commands).join(", ")}`);
  };
  lines.on("line", (line) => void obey(line).catch((error: Error) => say(error.message)));
  const { fault, outcome, seconds, hints, points } = await game.over;
  lines.removeAllListeners("line");
  say(`${fault}: ${outcome} after ${seconds} s, ${hints} of 3 hints: ${points} points`);
  return game.over;
}

/** Returns the fault that was named; undefined for the seed's next one. Waits for the end where nobody can type. */
async function askForNext(
  lines: Interface,
  { say }: Progress,
  signal: AbortSignal,
): Promise<Fault | undefined> {
  say("Enter: the next fault. NAME and Enter: this one. Ctrl-C: end.");
  for (;;) {
    const [line] = (await once(lines, "line", { signal })) as [string];
    if (line.trim() === "") return undefined;
    try {
      return faultNamed(line.trim());
    } catch (error) {
      refusal({ say })(error as Error);
    }
  }
}

/** Says why something is not done; other errors are faults of the clinic. */
const refusal =
  ({ say }: Pick<Progress, "say">) =>
  (error: Error) => {
    if (!(error instanceof Refusal)) throw error;
    say(error.message);
  };

/** Everything up to phase 9, by the story's own chapters; the last one checks phases 5 to 9. */
async function finishLab(rehearsal: Rehearsal, progress: Progress): Promise<void> {
  const steps = createStepRecorder(progress);
  const run = (...chapters: ChapterName[]) =>
    runChapters(chapters, ({ name }, chapter) =>
      chapter.run({
        ...{ rehearsal, steps: steps.chapter(name), beginPhase: () => {}, stopLoad: async () => {} },
        startLoad: async () => {},
        startCrowd: () => Promise.reject(new Error("the clinic has no load")),
      }),
    );
  await run("provision", "first-release", "pipeline", "source-ip");
  const [cluster, service] = ["microservices-serverlesscluster", "customer-microservice"];
  await rehearsal.aws.ecs.send(new UpdateServiceCommand({ cluster, service, desiredCount: 3 }));
  await run("check-lab");
}

function connect(
  { simulator, timeScale }: Rehearsal,
  { project }: LabPlace,
  listenerOffset: number,
  signal: AbortSignal,
): Pick<Clinic, "open" | "wait" | "check" | "pause"> {
  const { endpoint, region, keys } = simulator;
  const settings = { endpoint, region, credentials: credentialsOf(keys) };
  const aws = openClients(settings);
  const openNow = () =>
    openLab({
      ...{ account: readAccount(settings), site: `http://127.0.0.1:${80 + listenerOffset}` },
      ...{ checkout: openCheckout(project), readPage: createReadPage(), browserAddress: "127.0.0.1" },
    });
  const checked = { weights, student: "this lab", now: Date.now, phases: phases.slice(4) };
  return {
    open: () => ({ aws, lab: openNow() }),
    wait: (ms) => sleep(ms / timeScale, undefined, { signal }),
    check: () => checkLab(openNow(), { ...checked, signal }),
    pause: () => sleep(pauseMs, false, { signal }).catch(() => true),
  };
}

async function readGames(file: string): Promise<readonly Game[]> {
  const text = await readFile(file, "utf8").catch(() => '{"version":1,"games":[]}');
  try {
    return gamesIn(JSON.parse(text)) ?? [];
  } catch (error) {
    throw new Refusal(`${file}: ${(error as Error).message}. Fix: move it away; the clinic begins a new one`);
  }
}

function describeClinic({ simulator, addresses, page }: Rehearsal, file: string): string {
  const { endpoint, region, keys } = simulator;
  return `
The shop             ${addresses.production}/suppliers, ${addresses.production}/admin/suppliers
Your games           ${file}
The account, live    ${page}

To use AWS's commands, paste these lines into a second terminal:
${exportLines({ AWS_ENDPOINT_URL: endpoint, AWS_REGION: region, ...keys }).join("\n")}

The rules
- You see what users and operators see. Repair the cause in any way; check-lab decides by what runs. It is not right while a security group opens more to everyone than before.
- A release that failed has to succeed: push an image again, or start the pipeline.
- 100 points; each hint costs ${hintCosts}. Type: hint, symptoms, give up.
- These name the cause, and cost your own pleasure: the page's tab Check the lab, and npm run check-lab. Provision under Operate repairs much of it without a thought.`;
}
