import type { PageExtension } from "@ecs-delivery/live/page";
import { checkAccount, type checkPhases } from "../../page/check-phases.ts";
import { courseTab } from "../../page/course-tab.ts";
import { openCourse } from "../progress/course.ts";
import { readGuides } from "../progress/guides.ts";
import { type CourseFolder, progressFile } from "./course-folder.ts";
import { splitMonolith } from "./split.ts";

export interface CourseLab {
  readonly course: CourseFolder;
  /** Folder of the guide's pages. */
  readonly pages: string;
  /** Settings of an SDK client for the course's account. */
  readonly account: Parameters<typeof checkPhases>[0]["account"];
  /** Addresses on this machine of the load balancer and of the monolith. */
  readonly site: string;
  readonly monolith: string;
}

/** The one place where the page gets its tabs: the course's, and the clinic's with --clinic. */
export async function courseTabs(
  { course, pages, account, site, monolith }: CourseLab,
  ends: AsyncDisposableStack,
): Promise<PageExtension[]> {
  const checked = { account, repository: course.folder, site, monolith };
  const guides = await readGuides(pages, course.record.way);
  const opened = openCourse({
    guides,
    check: (signal, onItem) => checkAccount(checked, signal, onItem),
    state: progressFile(course.folder),
    from: course.record.phase,
    isNewAccount: true,
    files: await splitMonolith(),
  });
  ends.defer(opened.close);
  // The tab with every fix would make hints free.
  return [courseTab(opened, guides)];
}
