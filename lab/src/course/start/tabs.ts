import type { PageExtension } from "@ecs-delivery/live/page";
import { checkPhases } from "../../page/check-phases.ts";
import { checkTab } from "../../page/check-tab.ts";
import type { CourseFolder } from "./course-folder.ts";

export interface CourseLab {
  readonly course: CourseFolder;
  /** Folder of this project or of its package: `docs/lab` has the guide. */
  readonly project: string;
  /** Settings of an SDK client for the course's account. */
  readonly account: Parameters<typeof checkPhases>[0]["account"];
  /** Addresses on this machine of the load balancer and of the monolith. */
  readonly site: string;
  readonly monolith: string;
}

/** The one place where the page gets its tabs: the course's and the clinic's come here. */
export function courseTabs({ course, account, site, monolith }: CourseLab): PageExtension[] {
  const checked = { account, repository: course.folder, site, monolith };
  return [checkTab(() => checkPhases(checked))];
}
