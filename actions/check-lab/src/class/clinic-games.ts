import schema from "./clinic.schema.json" with { type: "json" };
import { faultsOf } from "./report-faults.ts";

/** One game of the fault clinic, as `.lab/clinic.json` has it: clinic.schema.json. */
export interface Game {
  readonly fault: string;
  readonly seed: string | null;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly seconds: number;
  readonly hints: number;
  readonly points: number;
  readonly attempt: number;
  readonly outcome: "repaired" | "gave up" | "aborted";
}

/** Returns the games in a file of the clinic; undefined for another file. Throws if it is damaged. */
export function gamesIn(value: unknown): readonly Game[] | undefined {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, "games")) return undefined;
  const [fault] = faultsOf(value, schema, "clinic");
  if (fault) throw new Error(`damaged: ${fault}`);
  return (value as { games: Game[] }).games;
}

/** One line. Points count for the first game with a fault, as its player knows the answer in the next one. */
export function describeGames(games: readonly Game[]): string {
  const first = games.filter(({ attempt }) => attempt === 1);
  const points = first.reduce((sum, game) => sum + game.points, 0);
  const counts = {
    repaired: first.filter(({ outcome }) => outcome === "repaired").length,
    "given up": first.filter(({ outcome }) => outcome === "gave up").length,
    aborted: first.filter(({ outcome }) => outcome === "aborted").length,
    repeated: games.length - first.length,
  };
  const shown = Object.entries(counts).flatMap(([name, count]) => (count > 0 ? [`${count} ${name}`] : []));
  return shown.length > 0 ? `${points} points: ${shown.join(", ")}` : "";
}
