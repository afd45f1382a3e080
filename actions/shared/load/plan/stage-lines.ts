import { parseDuration } from "../../duration.ts";
import type { LoadStage } from "../report.ts";

/**
 * Parses `30s 50`, or the ramp `10s 0..200`; levels of a closed loop are whole. Returns undefined, after a problem, for
 * another line.
 */
export function parseStage(
  line: string,
  loop: "closed" | "open",
  problem: (sentence: string) => void,
): LoadStage | undefined {
  const [, time = "", from = "", to = from] =
    /^(\S+)\s+(\d+(?:\.\d+)?)(?:\.\.(\d+(?:\.\d+)?))?$/.exec(line) ?? [];
  const durationMs = parseDuration(time);
  const levels = [Number(from), Number(to)] as const;
  if (from === "" || durationMs === undefined)
    problem(
      `Input stages has the line "${line}"; expected a duration and a level, such as 30s 50 or 10s 0..200`,
    );
  else if (loop === "closed" && !levels.every(Number.isInteger))
    problem(`Input stages has the line "${line}"; a number of connections must be whole`);
  else return { durationMs, from: levels[0], to: levels[1] };
  return undefined;
}
