import {
  isLive,
  manyServices,
  openBrowser,
  servePage,
  serviceOfTenTasks,
} from "@ecs-delivery/live/browser.support";
import { type Benchmark, measure, median } from "./measurement.ts";

/** A frame of 60 a second. */
const frameMs = 16;
const rounds = 50;

/** Event of Chromium's trace: microseconds of a thread, of which it used the processor for `tdur`. */
interface TraceEvent {
  readonly name: string;
  readonly ts: number;
  readonly dur?: number;
  readonly tdur?: number;
  readonly pid: number;
  readonly tid: number;
}

/** The main thread's work in each frame while a page of 50 services with 500 tasks changes. */
const livePage: Benchmark = async () => {
  await using ends = new AsyncDisposableStack();
  const parts = manyServices.map(
    (name) => [`service/production/${name}`, serviceOfTenTasks(name, 0)] as const,
  );
  const { address, publish, close } = await servePage(Object.fromEntries(parts));
  ends.defer(() => close());
  const browser = await openBrowser();
  ends.defer(() => browser.close());
  const page = await browser.newPage({ viewport: { width: 1600, height: 900 }, bypassCSP: true });
  await page.goto(address);
  await isLive(page);

  const framesOf = async (change: (round: number) => void) => {
    await browser.startTracing(page, { categories: ["toplevel", "devtools.timeline"] });
    for (let round = 1; round <= rounds; round++) {
      change(round);
      const share = `${round} %`;
      await page.waitForFunction(`document.querySelectorAll(".shares b")[1].textContent === "${share}"`);
    }
    const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as {
      traceEvents: TraceEvent[];
    };
    return workOfFrames(traceEvents);
  };
  const publishOne = (name: string, round: number) =>
    publish(`service/production/${name}`, serviceOfTenTasks(name, round));
  const one = await framesOf((round) => publishOne(manyServices[0] ?? "", round));
  const all = await framesOf((round) => {
    for (const name of manyServices) publishOne(name, round);
  });
  const row = (metric: string, ours: number) =>
    measure({
      ...{ name: "live page, 500 tasks", metric, unit: "ms", better: "lower" as const, ours },
      ...{ peer: { name: "a frame", value: frameMs }, goal: `≤ ${frameMs} ms` },
    });
  return [
    row("an event of one service, median", median(one)),
    row("an event of one service, longest", Math.max(...one)),
    row("events of all services at once, median", median(all)),
    row("events of all services at once, longest", Math.max(...all)),
  ];
};

/** Milliseconds of each task of a thread in which an animation frame of the page was run, its layout and paint included. */
function workOfFrames(events: readonly TraceEvent[]): number[] {
  const frames = events.filter(({ name }) => name === "FireAnimationFrame");
  const tasks = events.filter(({ name, dur }) => /RunTask$/.test(name) && dur !== undefined);
  return tasks
    .filter((task) =>
      frames.some(
        ({ pid, tid, ts }) =>
          pid === task.pid && tid === task.tid && ts >= task.ts && ts <= task.ts + (task.dur ?? 0),
      ),
    )
    .map(({ dur = 0, tdur = dur }) => tdur / 1000);
}

export default livePage;
