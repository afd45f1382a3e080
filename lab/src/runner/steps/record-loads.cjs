"use strict";
// Loaded first into the Node process of an action. Writes the path of every file to the pipe that the runner opened,
// before Node executes the file. Not through NODE_OPTIONS, which actions refuse, and not inherited by child processes.
const { writeSync } = require("node:fs");
const { registerHooks } = require("node:module");
const { fileURLToPath } = require("node:url");

const pipe = 3;
process.execArgv.length = 0;
registerHooks({
  load(url, context, next) {
    if (url.startsWith("file:")) writeSync(pipe, `${fileURLToPath(url)}\n`);
    return next(url, context);
  },
});
