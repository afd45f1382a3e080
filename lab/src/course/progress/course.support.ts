import type { ItemReport, Report } from "@ecs-delivery/actions/check-lab/src/report";
import type { PhaseGuide, Step } from "../guide.ts";
import type { Guides } from "./guides.ts";

type ShortStep = Pick<Step, "id" | "items"> & Partial<Step>;

const check = `## Check

Run \`aws elbv2 describe-listeners\`.

## If something fails

| symptom | cause | fix | item |
|---|---|---|---|
| <503> everywhere | the groups are swapped | swap them | \`6.listeners\` |
`;

/** A guide in the CLI's way with these steps; the French pages have the same. */
export function guidesOf(steps: readonly ShortStep[], way: Guides["way"] = "cli"): Guides {
  const complete = steps.map((step): Step => {
    const commands = [`aws one ${step.id}`, `aws two ${step.id}`];
    const text = `Do it, <b>${step.id}</b>.\n\n\`\`\`sh\n${commands[0]}\n\`\`\`\n\nThen [phase 7](phase-7-services.en.md).`;
    return { title: `Title of ${step.id}`, text, commands, ...step };
  });
  const phases = [...Map.groupBy(complete, ({ id }) => Number(id.split(".")[0]))].map(
    ([number, steps]): PhaseGuide => ({
      ...{ number, title: `Phase ${number}: a phase`, introduction: "## Goal\n\nOne address.", steps, check },
    }),
  );
  const pages = { en: phases, fr: phases };
  return { way, pages, cli: pages };
}

/** A report in which items have these statuses; `unchecked` ones because the keys expired. */
export function reportOf(statuses: Readonly<Record<string, ItemReport["status"]>>, isRead = true): Report {
  const items = Object.entries(statuses).map(
    ([id, status]): ItemReport => ({
      ...{ id, title: `${id} is right`, status, weight: 1, points: 0 },
      evidence: status === "unchecked" ? "the keys expired" : `${id} is <${status}>`,
      ...(status === "fail" && { fix: { console: "Click", cli: `Run ${id}`, templates: "Provision" } }),
      ...(status === "waiting" && { waitsFor: ["6.listeners"] }),
    }),
  );
  const score = { points: 0, of: 0, unchecked: 0, percent: 0 };
  return {
    ...{ version: 2, checkedAt: "2026-12-01T08:00:00.000Z", student: "ada", region: "us-east-1", score },
    ...{ account: isRead ? "123456789012" : null, taken: {}, notes: [] },
    phases: [{ phase: 6, title: "Load balancer", score, items }],
  };
}
