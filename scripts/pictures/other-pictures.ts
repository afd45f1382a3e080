import { Writable } from "node:stream";
import { createProgress } from "../../lab/src/story/progress.ts";
import { escapeHtml } from "../../live/browser/html.mjs";
import { listen } from "../../live/src/page.ts";
import { createApp as createCustomer } from "../../services/customer/src/app.ts";
import { createApp as createEmployee } from "../../services/employee/src/app.ts";
import { inventSupplier } from "../../services/suppliers/src/domain/invented-suppliers.ts";
import { createSuppliersInMemory } from "../../services/suppliers/src/domain/suppliers-in-memory.support.ts";
import { partsForTests } from "../../services/suppliers/src/parts.support.ts";

/** Serves the pages of a service with 120 suppliers in memory. */
export async function serveSite(name: "customer" | "employee") {
  const database = createSuppliersInMemory();
  for (let number = 0; number < 120; number++) await database.suppliers.add(inventSupplier(number));
  const parts = partsForTests(database);
  const app = name === "customer" ? createCustomer(parts) : createEmployee(parts);
  return listen(app, "127.0.0.1", 0);
}

const colourCode = new RegExp(`${String.fromCharCode(27)}\\[(\\d+)m`, "g");
const colours: Readonly<Record<string, string>> = { 31: "red", 32: "green", 33: "yellow", 2: "dim" };

/** Returns a page with what the lab's terminal shows of a deployment in progress and of one that crashed. */
export function terminalPage(): string {
  let text = "$ npm run lab -- --once\n";
  const terminal = Object.assign(new Writable(), {
    isTTY: false,
    write(chunk: string) {
      text += chunk;
      return true;
    },
    hasColors: () => true,
    getColorDepth: () => 8,
  });
  process.env.FORCE_COLOR = "1";
  rehearse(createProgress(terminal as never, new AbortController().signal));
  const markup = escapeHtml(text).replace(colourCode, (_, code: string) =>
    code in colours ? `<span class="${colours[code]}">` : "</span>",
  );
  return `<!doctype html><html lang="en"><title>Terminal</title><style>${style}</style><pre>${markup}</pre>`;
}

const style = `
body { margin: 0; background: #0d1117; color: #e6edf3 }
pre { margin: 0; padding: 20px 24px; font: 14px/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; white-space: pre-wrap }
.green { color: #3fb950 } .red { color: #ff7b72 } .yellow { color: #d29922 } .dim { color: #8b949e }
`;

function rehearse(progress: ReturnType<typeof createProgress>): void {
  progress.say("  watch it in a browser: http://127.0.0.1:4567");
  progress.stepFinished("start the simulated AWS", 2_100);
  progress.stepFinished("provision the stacks", 6_400);
  const begin = (run: number, name: string, job: string) => {
    progress.runEvent({ type: "run-started", run, workflow: "Deploy", event: "push", sha: "039026f5c1d2" });
    progress.runEvent({ type: "job-started", run, job });
    progress.runEvent({ type: "step-started", run, job, step: "Deploy the service" });
    return { run, name, job };
  };
  const finish = (
    { run, job }: { run: number; job: string },
    conclusion: "success" | "failure",
    durationMs: number,
  ) => {
    const step = "Deploy the service";
    progress.runEvent({ type: "step-finished", run, job, step, conclusion, durationMs });
    if (conclusion === "failure") {
      const message =
        "Container employee exited with code 1: Error: cannot start: price list no. 1 is missing";
      progress.runEvent({ type: "annotation", run, job, annotation: { level: "error", message } });
    }
    progress.runEvent({
      type: "job-finished",
      run,
      job,
      conclusion,
      durationMs: durationMs + 2000,
      summary: "",
    });
    progress.runEvent({
      type: "run-finished",
      run,
      workflow: "Deploy",
      conclusion,
      durationMs: durationMs + 2400,
    });
  };
  finish(begin(2, "customer", "customer / deploy"), "success", 9_300);
  progress.stepFinished("change a heading and push it: only customer is deployed", 14_200);
  finish(begin(3, "employee", "employee / deploy"), "failure", 4_800);
  progress.stepFinished("push a release that crashes: production is untouched", 8_100);
  progress.say("passed: 40 checks in 82 s");
}
