import { cpus } from "node:os";

/** Begins to watch the machine's processors; answers which part of their time since then was used, from 0 to 1. */
export function watchMachine(): () => number {
  const before = times();
  return () => {
    const after = times();
    return 1 - (after.idle - before.idle) / (after.all - before.all);
  };
}

function times() {
  const each = cpus().map((cpu) => cpu.times);
  const idle = each.reduce((sum, time) => sum + time.idle, 0);
  const all = each.reduce((sum, { user, nice, sys, idle, irq }) => sum + user + nice + sys + idle + irq, 0);
  return { idle, all };
}
