"use strict";
// Loaded into every Node process of a task by NODE_OPTIONS. A container has a network of its own, a child process
// has not: so a server that asks for port 8080 gets a free loopback port, and the simulator is told which.
// CommonJS in plain JavaScript, because an image may bring a Node older than the simulator's.
const net = require("node:net");

const [controlPort, token] = (process.env.SIMULATOR_TASK_CONTROL ?? "").split(":");
const control = net.connect({ host: "127.0.0.1", port: Number(controlPort) });
control.unref();
control.on("error", () => {});
// The connection ends with the simulator, however it ended; a task must not outlive it.
control.on("close", () => process.kill(process.pid, "SIGKILL"));
control.write(`${JSON.stringify({ token })}\n`);

const loopback = /^(localhost|127\.|::1$)/;
/** What each mapped server asked for, and is told that it got. */
const asked = new WeakMap();
const { listen, address } = net.Server.prototype;

net.Server.prototype.listen = function (...args) {
  const wanted = readOptions(args);
  if (!wanted) return listen.apply(this, args);
  asked.set(this, wanted);
  this.once("listening", () => {
    // As in a container: what listens on its loopback only cannot be reached from outside.
    if (loopback.test(wanted.host ?? "")) return;
    control.write(`${JSON.stringify({ port: wanted.port, servedOn: address.call(this).port })}\n`);
  });
  const callback = args.findLast?.((argument) => typeof argument === "function") ?? args[args.length - 1];
  const options = { ...wanted.options, port: 0, host: "127.0.0.1" };
  return typeof callback === "function" ? listen.call(this, options, callback) : listen.call(this, options);
};

net.Server.prototype.address = function () {
  const real = address.call(this);
  const wanted = asked.get(this);
  if (!real || !wanted) return real;
  const host = wanted.host ?? "::";
  return { address: host, family: net.isIPv4(host) ? "IPv4" : "IPv6", port: wanted.port };
};

/** The TCP port that listen's arguments ask for; undefined for pipes, handles, any free port and what is no port. */
function readOptions([first, second, third]) {
  const options = typeof first === "object" && first !== null ? first : undefined;
  if (options && (options.path !== undefined || options.fd !== undefined || options._handle !== undefined))
    return;
  const given = options ? options.port : first;
  if (typeof given !== "number" && typeof given !== "string") return;
  const port = Number(given);
  if (!Number.isInteger(port) || port <= 0 || port > 65_535) return;
  // ipv6Only would contradict the IPv4 loopback.
  if (options) return { port, host: options.host, options: { ...options, ipv6Only: false } };
  const backlog = typeof second === "number" ? second : typeof third === "number" ? third : undefined;
  return { port, host: typeof second === "string" ? second : undefined, options: { backlog } };
}
