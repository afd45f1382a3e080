import { Refusal } from "@ecs-delivery/program/command-line";
import { type Chapter, type ChapterName, chapterList } from "./chapter-list.mjs";
import type { ChapterBody } from "./chapters/expectations.ts";
import { brokenRelease, slowCanary } from "./chapters/failed-releases.ts";
import { checkLab, pipeline } from "./chapters/pipeline.ts";
import { blueGreen, cancel, firstRelease, rollback } from "./chapters/releases.ts";
import { autoscaling, scaling } from "./chapters/scaling.ts";
import { sourceIp } from "./chapters/source-ip.ts";
import { provision, teardown } from "./chapters/stacks.ts";

const bodies: Readonly<Record<ChapterName, ChapterBody>> = {
  provision,
  "first-release": firstRelease,
  "blue-green": blueGreen,
  rollback,
  "broken-release": brokenRelease,
  canary: slowCanary,
  cancel,
  pipeline,
  "source-ip": sourceIp,
  scaling,
  autoscaling,
  "check-lab": checkLab,
  teardown,
};

/**
 * Throws when a service's source lacks code that the chapters change.
 * @param read a file of the project's last commit
 */
export async function checkChanges(
  chapters: readonly ChapterName[],
  read: (path: string) => Promise<string>,
): Promise<void> {
  for (const name of chapters)
    for (const { path, edit } of bodies[name].changes ?? []) {
      const text = await read(path);
      try {
        edit(text, text);
      } catch (cause) {
        throw new Refusal(`chapter ${name}: ${path}: ${(cause as Error).message}`, { cause });
      }
    }
}

/**
 * Runs the chapters: those that share a service one after the other, the others in parallel. Rejects with the first
 * failure once nothing runs any more. A chapter that shares a service with a failed one does not run.
 */
export async function runChapters(
  chapters: readonly ChapterName[],
  run: (chapter: Chapter, body: ChapterBody) => Promise<void>,
): Promise<void> {
  const started: { chapter: Chapter; end: Promise<void> }[] = [];
  for (const chapter of chapterList.filter(({ name }) => chapters.includes(name))) {
    const before = started.filter(({ chapter: { services } }) =>
      services.some((service) => (chapter.services as Chapter["services"]).includes(service)),
    );
    const ready = Promise.all(before.map(({ end }) => end));
    started.push({ chapter, end: ready.then(() => run(chapter, bodies[chapter.name])) });
  }
  const ends = await Promise.allSettled(started.map(({ end }) => end));
  const failure = ends.find((end) => end.status === "rejected");
  if (failure) throw failure.reason;
}
