"use strict";
// Loaded into every Node process of a task by NODE_OPTIONS. A container has its own network, a child process has not:
// so a server that requests port 8080 gets a free loopback port, which is reported to the simulator. Connections to
// port 8080 of the loopback are redirected there. CommonJS in plain JavaScript, because an image may have an older Node
// than the simulator's.
const net = require("node:net");

const [controlPort, token, mustAsk] = (process.env.SIMULATOR_TASK_CONTROL ?? "").split(":");
const control = net.connect({ host: "127.0.0.1", port: Number(controlPort) });
control.unref();
control.on("error", () => {});
// The connection ends with the simulator in every case; a task must not outlive it.
control.on("close", () => process.kill(process.pid, "SIGKILL"));
control.write(`${JSON.stringify({ token })}\n`);
let received = "";
control.on("data", (chunk) => {
  const lines = (received + chunk).split("\n");
  received = lines.pop();
  for (const line of lines) answered(JSON.parse(line));
});

/** The task's own; databases have other addresses of the machine (see instance-server.ts). */
const loopback = /^(localhost|127\.(?!3[34]\.)|::1$)/;
const database = /^127\.3[34]\./;
const movedDatabase = /^127\.34\.(\d+)\.(\d+)$/;
/** The port that each mapped server requested, which `address()` returns. */
const asked = new WeakMap();
/** By number: connections to databases that wait for the simulator's answer. */
const waiting = new Map();
let connections = 0;
/** Linux gives up a connection without an answer after about this time (tcp_syn_retries). */
const connectTimeoutMs = 127_000;
/** Loopback ports of the task's ports: those known when this process began, and its own; 0 without a server. */
const served = new Map(
  (process.env.SIMULATOR_TASK_PORTS || "").split(",").map((pair) => pair.split(":").map(Number)),
);
const { listen, address } = net.Server.prototype;
const { connect } = net.Socket.prototype;

net.Server.prototype.listen = function (...args) {
  const wanted = readOptions(args);
  if (!wanted) return listen.apply(this, args);
  asked.set(this, wanted);
  this.once("listening", () => {
    const servedOn = address.call(this).port;
    served.set(wanted.port, servedOn);
    const loopbackOnly = loopback.test(wanted.host ?? "");
    control.write(`${JSON.stringify({ port: wanted.port, servedOn, loopbackOnly })}\n`);
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

net.Socket.prototype.connect = function (...args) {
  // Node passes on normalized arguments as one list with a mark, which a copy would lose: so it is changed in place.
  const sorted = Array.isArray(args[0]) ? args[0] : args;
  const [first, second] = sorted;
  const options =
    typeof first === "object" && first !== null
      ? first
      : { port: first, host: typeof second === "string" ? second : undefined };
  const port = Number(options.port);
  const moved = port === 3306 && movedDatabase.exec(options.host);
  const own = loopback.test(options.host ?? "localhost") ? served.get(port) : undefined;
  const servedOn = moved ? moved[1] * 256 + Number(moved[2]) : own;
  // Does not connect to another program of this machine on that port.
  if (servedOn === 0) return this.destroy(refusal(port));
  if (servedOn !== undefined) {
    if (typeof second === "string") sorted.splice(1, 1);
    sorted[0] = { ...options, port: servedOn, host: moved ? options.host : "127.0.0.1" };
  }
  if (mustAsk && database.test(options.host)) return ask(this, options.host, servedOn || port, args);
  return connect.apply(this, args);
};

/** Asks whether security groups admit the connection: their rules may change at any time. */
function ask(socket, host, port, args) {
  connections += 1;
  const connecting = connections;
  // As for a name that is being resolved: what is written meanwhile is sent later.
  socket.connecting = true;
  const giveUp = () => {
    waiting.delete(connecting);
    const what = { code: "ETIMEDOUT", errno: -110, syscall: "connect", address: host, port };
    socket.destroy(Object.assign(new Error(`connect ETIMEDOUT ${host}:${port}`), what));
  };
  const timer = setTimeout(giveUp, connectTimeoutMs);
  socket.once("close", () => clearTimeout(timer));
  waiting.set(connecting, () => {
    clearTimeout(timer);
    if (!socket.destroyed) connect.apply(socket, args);
  });
  control.write(`${JSON.stringify({ connecting, host, port })}\n`);
  return socket;
}

/** Connects; or leaves the socket as it is, as for packets that are dropped. */
function answered({ connecting, isClosed }) {
  const proceed = waiting.get(connecting);
  waiting.delete(connecting);
  if (!isClosed && proceed) proceed();
}

function refusal(port) {
  const what = { code: "ECONNREFUSED", syscall: "connect", address: "127.0.0.1", port };
  return Object.assign(new Error(`connect ECONNREFUSED 127.0.0.1:${port}`), what);
}

/** Returns the TCP port in listen's arguments; undefined for pipes, handles, any free port and invalid ones. */
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
