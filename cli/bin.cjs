#!/usr/bin/env node
// Written for any version of Node, so that an old one gets a sentence instead of a syntax error.
"use strict";
if (Number(process.versions.node.split(".")[0]) < 20) {
  console.error(
    `ecs-delivery: it needs Node 20 or newer, and this is ${process.version}. Fix: install it from https://nodejs.org`,
  );
  process.exitCode = 2;
} else {
  import("./lib/main.js");
}
