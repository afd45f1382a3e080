"use strict";
// A stated time of work for each request, so that a task's capacity is a figure instead of a part of this machine's:
// three tasks serve three times as much as one, also on two cores. Loaded into the Node processes of a task, where it
// holds each request until its work would be done. CommonJS in plain JavaScript, as an image may have an older Node.

/**
 * Returns a worker that does one piece of work after another, `ms` milliseconds each, and then calls its `done`.
 * @param {number} ms
 * @returns {(done: () => unknown) => void}
 */
function createWorker(ms) {
  /** @type {{ endsAt: number, done: () => unknown }[]} */
  const queue = [];
  let freeAt = 0;
  const finish = () => {
    const now = performance.now();
    // Timers are late now and then. The work ended in time, so the worker has lost nothing.
    while (queue.length > 0 && queue[0].endsAt <= now) queue.shift()?.done();
    if (queue.length > 0) setTimeout(finish, queue[0].endsAt - now);
  };
  return (done) => {
    const now = performance.now();
    freeAt = Math.max(freeAt, now) + ms;
    queue.push({ endsAt: freeAt, done });
    if (queue.length === 1) setTimeout(finish, freeAt - now);
  };
}

/** Milliseconds of this task, which is slower than the stated ones if it has less than a vCPU. */
const ownMs = Number(process.env.SIMULATOR_SERVICE_TIME_MS);
if (ownMs > 0) {
  const http = require("node:http");
  const takeTurn = createWorker(ownMs);
  const { emit } = http.Server.prototype;
  http.Server.prototype.emit = function (event, ...values) {
    // Only load balancers set it. Health checks come more often with a fast clock, so that their work does not count.
    if (event !== "request" || !values[0].headers["x-forwarded-for"])
      return emit.call(this, event, ...values);
    takeTurn(() => emit.call(this, event, ...values));
    return true;
  };
}

module.exports = { createWorker };
