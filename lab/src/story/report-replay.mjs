// Runs in the report's page, which includes this text: it replays the story that the timeline shows.

const data = JSON.parse(document.getElementById("data")?.textContent ?? "{}");
const element = (id) => document.getElementById(id);
const slider = element("at");
const speed = element("speed");
const button = element("play");

let last;

/** @param {number} at milliseconds */
function show(at) {
  slider.value = String(at);
  slider.setAttribute("aria-valuetext", `${(at / 1000).toFixed(0)} seconds`);
  const x = String((at / data.end) * 1000);
  element("now").setAttribute("x1", x);
  element("now").setAttribute("x2", x);
  element("clock").textContent = `${(at / 1000).toFixed(1)} s`;
  for (const service of data.services) {
    const chapter = data.chapters.findLast(
      (each) => each.services.includes(service) && each.from <= at && at < each.to,
    );
    const shift = data.shifts.find((each) => each.service === service && each.from <= at && at < each.to);
    const green = shift?.shifts.findLast((each) => each.at <= at)?.green ?? 0;
    element(`chapter-${service}`).textContent = chapter?.name ?? "–";
    element(`share-${service}`).textContent = shift ? `old ${100 - green} %, new ${green} %` : "one revision";
    element(`bar-${service}`).setAttribute("width", String(green));
  }
  const check = data.steps.findLast((each) => each.at <= at);
  element("check").textContent = check ? `${check.ok ? "✓" : "✗"} ${check.name}` : "";
}

/** @param {number} time */
function frame(time) {
  if (last === undefined) return;
  const at = Math.min(Number(slider.value) + (time - last) * Number(speed.value), data.end);
  last = time;
  show(at);
  if (at < data.end) requestAnimationFrame(frame);
  else pause();
}

function pause() {
  last = undefined;
  button.textContent = "Replay";
}

button.addEventListener("click", () => {
  if (last !== undefined) return pause();
  if (Number(slider.value) >= data.end) show(0);
  button.textContent = "Pause";
  last = performance.now();
  requestAnimationFrame(frame);
});
slider.addEventListener("input", () => {
  pause();
  show(Number(slider.value));
});
element("replay").hidden = false;
show(data.end);
