import type { Status } from "@ecs-delivery/actions/check-lab/src/outcome";
import type { Score } from "@ecs-delivery/actions/check-lab/src/report";
import type { PageExtension, Publish } from "@ecs-delivery/live/page";
import { respond } from "./own-forms.ts";

export interface CheckedPhase {
  phase: number;
  title: string;
  score: Score;
  items: {
    id: string;
    title: string;
    status: Status;
    evidence: string;
    /** How a student works, with what to do then. */
    fixes: [way: string, text: string][];
  }[];
}

/** Checks one phase after the other, and yields each when it is checked. */
export type CheckPhases = () => AsyncIterable<CheckedPhase>;

/** Part `check/state` of the page. */
interface CheckState {
  isRunning: boolean;
  /** Milliseconds; undefined before the first check. */
  startedAt: number | undefined;
  problem: string | undefined;
  phases: CheckedPhase[];
}

/** The tab that runs check-lab. It reads the account, the repository and the site, and changes nothing. */
export function checkTab(check: CheckPhases, now: () => number = Date.now): PageExtension {
  let publish: Publish | undefined;
  let state: CheckState = { isRunning: false, startedAt: undefined, problem: undefined, phases: [] };
  const change = (changes: Partial<CheckState>) => {
    state = { ...state, ...changes };
    publish?.("state", state);
  };
  const run = async () => {
    change({ isRunning: true, startedAt: now(), problem: undefined, phases: [] });
    try {
      for await (const phase of check()) change({ phases: [...state.phases, phase] });
      change({ isRunning: false });
    } catch (error) {
      change({ isRunning: false, problem: (error as Error).message });
    }
  };
  return {
    name: "check",
    title: { en: "Check the lab", fr: "Vérifier le lab" },
    folder: `${import.meta.dirname}/browser`,
    styles: ["runs.css"],
    start(to) {
      publish = to;
      change({});
      return () => {
        publish = undefined;
      };
    },
    routes(app, mayOperate) {
      app.post("/start", (c) =>
        respond(c, mayOperate(c), async () => {
          if (!state.isRunning) void run();
          return {};
        }),
      );
    },
  };
}
