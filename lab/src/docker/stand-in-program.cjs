// The program of a stand-in image, run by `node -e`: it responds with 200 on every path, and states what it is.
const { createServer, get } = require("node:http");
const {
  STAND_IN_FOR: image,
  STAND_IN_PORTS: exposed = "",
  PORT = "",
  STAND_IN_TASK_PORTS: mapped,
} = process.env;
const [kind, ...command] = process.argv.slice(1);

const known = [...new Set(`${exposed},${PORT}`.split(",").filter((port) => Number(port) > 0))];
const ports = known.length > 0 ? known : (mapped || "80").split(",");
const text = `This program stands in for ${image}, which the rehearsal could not build. It responds with 200 on each path.\n`;

async function main() {
  if (kind === "health-check")
    return get({ host: "127.0.0.1", port: ports[0] }, ({ statusCode }) =>
      process.exit(statusCode === 200 ? 0 : 1),
    );
  const task = await fetch(`${process.env.ECS_CONTAINER_METADATA_URI_V4}/task`).then((answer) =>
    answer.json(),
  );
  // A task that no service keeps running, such as a migration, must end.
  if (!task.ServiceName && (command.length > 0 || !mapped))
    return console.log(`stand-in for ${image}: does not run ${command.join(" ")}`);
  process.on("SIGTERM", () => process.exit(0));
  const respond = (_, response) => response.end(text);
  // Containers of a task share its ports: another one may have it. The container keeps running.
  for (const port of ports)
    createServer(respond)
      .on("error", () => {})
      .listen(Number(port));
  setInterval(() => {}, 60_000);
  console.log(`stand-in for ${image}: responds with 200 on port ${ports.join(", ")}`);
}

main();
