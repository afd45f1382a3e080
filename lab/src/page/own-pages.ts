const console = String.raw`^https://[\w-]+\.console\.(?:aws\.amazon\.com|amazonaws\.cn)/`;

/** Pages of GitHub and of the AWS console, and the page of the lab that shows the same; "" without one. */
const pages: readonly (readonly [RegExp, string])[] = [
  [/^https:\/\/github\.com\/rehearsal\/[^/]+\/actions\/runs\/(\d+).*/, "/runs/$1"],
  [new RegExp(`${console}ecs/v2/clusters/([^/]+)/services/([^/]+)/.*`), "/services/$1/$2"],
  [new RegExp(`${console}cloudformation/.*`), "/account"],
  [new RegExp(`${console}codesuite/codepipeline/.*`), "/runs"],
  // Their service is linked next to them.
  [new RegExp(`${console}(?:codesuite/codedeploy/|ecs/v2/task-definitions/|cloudwatch/.*#alarms).*`), "/"],
  [/^https:\/\/github\.com\/rehearsal\/.*|^http:\/\/[\w.-]+\.elb\.amazonaws\.com\/.*/, ""],
  [new RegExp(`${console}.*`), ""],
];

/** Returns the page of the lab that shows what a page elsewhere shows; undefined for a page that exists elsewhere. */
export function pageOf(address: string): string | undefined {
  const [pattern, page = ""] = pages.find(([pattern]) => pattern.test(address)) ?? [];
  return pattern && address.replace(pattern, page);
}

/** Leads the links of a rendered summary to the lab's own pages: what was rehearsed exists nowhere else. */
export function linkOwnPages(markup: string): string {
  const service = /https:[^"]+\/clusters\/[^"/]+\/services\/[^"]+/.exec(markup)?.[0] ?? "";
  return markup.replace(/<a href="([^"]*)"[^>]*>/g, (link, address: string) => {
    const page = pageOf(address);
    if (page === undefined) return link;
    return page ? `<a href="${page === "/" ? (pageOf(service) ?? page) : page}">` : "<a>";
  });
}
