import type { Game } from "@ecs-delivery/actions/check-lab/src/class/clinic-games";
import {
  breakLab,
  type Fault,
  type OpenPlace,
  type Wait,
} from "@ecs-delivery/actions/check-lab/src/faults/faults";
import { changesIn, observe } from "@ecs-delivery/actions/check-lab/src/faults/observe";
import { newOpenings } from "@ecs-delivery/actions/check-lab/src/faults/openings";
import type { ItemReport, Report } from "@ecs-delivery/actions/check-lab/src/report";
import { Refusal } from "@ecs-delivery/program/command-line";

/** A lab that may be broken, and how a game in it is shown and kept. */
export interface Clinic {
  readonly open: OpenPlace;
  readonly wait: Wait;
  /** Checks the phases that the account has. */
  readonly check: () => Promise<Report>;
  /** Resolves after a pause between two checks; true when the player has ended the lab. */
  readonly pause: () => Promise<boolean>;
  readonly now: () => number;
  readonly say: (text: string) => void;
  readonly language: "en" | "fr";
  readonly seed: string | undefined;
  /** Earlier games, oldest first. */
  readonly games: readonly Game[];
  /** Keeps the games, also while one is not over. */
  readonly keep: (games: readonly Game[]) => Promise<void>;
}

export const hintCosts = 20;
const mostHints = 3;

export interface RunningGame {
  hint(): Promise<void>;
  giveUp(): Promise<void>;
  showSymptoms(): void;
  /** Resolves when the lab is right again, was given up, or ended. */
  readonly over: Promise<Game>;
}

/** Breaks the lab and starts the clock when the symptoms are shown. */
export async function startGame(clinic: Clinic, fault: Fault): Promise<RunningGame> {
  const { language, say, now } = clinic;
  const open = await openItems(clinic);
  if (open.length > 0) throw new Refusal(`the lab does not pass before the game: ${list(open)}`);
  const { lab } = clinic.open();
  const working = await observe(lab);
  const groups = await lab.account.securityGroups();
  const undo = await breakLab(fault, clinic.open, clinic.wait);
  const seen = changesIn(working, await observe(clinic.open().lab));
  if (seen.length === 0 || (await openItems(clinic)).length === 0) {
    await undo();
    throw new Refusal(`${fault.name} shows nothing on this machine. Fix: choose another fault`);
  }
  const startedAt = now();
  const attempt = clinic.games.filter((game) => game.fault === fault.name).length + 1;
  let game: Game = {
    ...{ fault: fault.name, seed: clinic.seed ?? null, startedAt: new Date(startedAt).toISOString() },
    ...{ seconds: 0, hints: 0, points: 0, attempt, outcome: "aborted" },
  };
  const change = async (changes: Partial<Game>) => {
    game = { ...game, ...changes, seconds: Math.round((now() - startedAt) / 1000) };
    await clinic.keep([...clinic.games, game]);
  };
  await change({});
  const showSymptoms = () => say([fault.symptom[language], ...seen.map((each) => `  ${each}`)].join("\n"));
  showSymptoms();
  const givenUp = Promise.withResolvers<true>();
  let said = "";
  /** Whether nothing is open to everyone that was not before. */
  const isClosedAgain = async () => {
    const opened = newOpenings(groups, await clinic.open().lab.account.securityGroups()).join("; ");
    if (opened !== "" && opened !== said)
      say(`Everything works, but ${opened}. Fix: remove that rule, and admit only who needs it`);
    said = opened;
    return opened === "";
  };
  const watch = async (): Promise<Game> => {
    while (!(await clinic.pause()) && game.outcome === "aborted")
      if ((await openItems(clinic)).length === 0 && (await isClosedAgain()) && game.outcome === "aborted")
        await change({ outcome: "repaired", points: Math.max(0, 100 - hintCosts * game.hints) });
    // The account is right again before the next game.
    if (game.outcome === "gave up") await givenUp.promise;
    return game;
  };
  return {
    showSymptoms,
    over: watch(),
    async hint() {
      if (game.hints === mostHints) return say("That was the last hint. `give up` shows the fix.");
      const number = game.hints + 1;
      await change({ hints: number });
      const failed = (await openItems(clinic)).filter(({ status }) => status === "fail");
      const hints = [fault.hint[language], list(failed, "title"), list(failed, "evidence")];
      say(`Hint ${number} of ${mostHints} (-${hintCosts} points): ${hints[number - 1]}`);
    },
    async giveUp() {
      const failed = (await openItems(clinic)).filter(({ status }) => status === "fail");
      await change({ outcome: "gave up" });
      for (const { id, evidence, fix } of failed) say(`${id}: ${evidence}\nFix: ${fix?.cli}`);
      await undo().finally(() => givenUp.resolve(true));
    },
  };
}

async function openItems({ check }: Clinic): Promise<ItemReport[]> {
  const { phases } = await check();
  return phases.flatMap(({ items }) => items).filter(({ status }) => status !== "pass");
}

const list = (items: readonly ItemReport[], part: "title" | "evidence" = "evidence") =>
  items.map((item) => `${item.id} ${item[part]}`).join("; ");
