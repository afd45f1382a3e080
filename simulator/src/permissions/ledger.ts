import type { PermissionReport } from "./permissions.ts";

export type Ledger = ReturnType<typeof createLedger>;

/** Counts calls and what was decided about them. */
export function createLedger() {
  const calls = new Map<string, number>();
  const notChecked = new Map<string, number>();
  const denied: PermissionReport["denied"][number][] = [];
  const add = (counts: Map<string, number>, name: string) =>
    void counts.set(name, (counts.get(name) ?? 0) + 1);
  return {
    addCall: (caller: string) => add(calls, caller),
    addNotChecked: (action: string, part: string) => add(notChecked, `${action}: ${part}`),
    addDenied: (denial: PermissionReport["denied"][number]) => void denied.push(denial),
    report: (): PermissionReport => ({ calls, denied, notChecked }),
  };
}
