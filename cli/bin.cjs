#!/usr/bin/env node
// Written for older versions of Node, so that one gets a sentence instead of a syntax error.
"use strict";

const major = Number(process.versions.node.split(".")[0]);
// The lab's own programs use functions of Node 24.
const [part, needed] = process.argv[2] === "lab" ? ["lab", 24] : ["it", 20];
if (major < needed) {
  console.error(
    `ecs-delivery: ${part} needs Node ${needed} or newer, and this is ${process.version}. Fix: install it from https://nodejs.org`,
  );
  process.exitCode = 2;
} else {
  // Its text is about installing the SDK, which is part of this package.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
  const missing = major < 24 ? import("./cli/src/actions/older-node.mjs") : Promise.resolve();
  missing.then(() => import("./lib/main.js"));
}
