// Sends a recording to the server and draws the notes it answers with.

import { get, post } from "../demo/ask.js";

const NAMES = ["C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B"];
const BLACK = new Set([1, 3, 6, 8, 10]);
const ROW = 18;
const MARGIN = { left: 44, bottom: 24, top: 8, right: 12 };
const MOST_PX_PER_S = 140;
const LEAST_PX_PER_S = 60;

const root = document.getElementById("notes");
const message = document.getElementById("message");
const player = document.getElementById("player");
const result = document.getElementById("result");
const roll = document.getElementById("roll");
const scaleButton = document.getElementById("scale");
let shown = null;

const name = (midi) => `${NAMES[midi % 12]}${Math.floor(midi / 12) - 1}`;

function element(tag, attributes, text) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

function draw({ notes, duration_s: duration }) {
  const pitches = notes.map((note) => note.midi);
  const low = Math.min(...pitches, 60) - 2, high = Math.max(...pitches, 72) + 2;
  const room = roll.clientWidth - MARGIN.left - MARGIN.right;
  const perSecond = Math.max(LEAST_PX_PER_S, Math.min(MOST_PX_PER_S, room / duration));
  const width = Math.max(roll.clientWidth, MARGIN.left + duration * perSecond + MARGIN.right);
  const height = MARGIN.top + (high - low + 1) * ROW + MARGIN.bottom;
  const x = (seconds) => MARGIN.left + seconds * perSecond;
  const y = (midi) => MARGIN.top + (high - midi) * ROW;
  const svg = element("svg", { width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" });
  for (let midi = low; midi <= high; midi++) {
    if (BLACK.has(midi % 12)) svg.append(element("rect", { class: "black", x: 0, y: y(midi), width, height: ROW }));
    if (midi % 12 === 0) svg.append(element("line", { class: "line", x1: 0, x2: width, y1: y(midi) + ROW, y2: y(midi) + ROW }));
    if (!BLACK.has(midi % 12)) svg.append(element("text", { x: 10, y: y(midi) + ROW - 5 }, name(midi)));
  }
  const step = duration > 20 ? 5 : 1;
  for (let second = 0; second <= duration; second += step) {
    svg.append(element("line", { class: "line", x1: x(second), x2: x(second), y1: 0, y2: height - MARGIN.bottom }));
    svg.append(element("text", { x: x(second) + 3, y: height - 8 }, `${second} s`));
  }
  const drawn = notes.map((note) => {
    const group = element("g", { "data-midi": note.midi });
    const long = Math.max(4, (note.end_s - note.start_s) * perSecond - 2);
    const bar = element("rect", {
      class: "note", x: x(note.start_s), y: y(note.midi) + 1.5, width: long, height: ROW - 3, rx: 4,
      "fill-opacity": 0.55 + 0.45 * note.confidence,
    });
    bar.append(element("title", {}, `${name(note.midi)}, ${note.start_s.toFixed(2)} to ${note.end_s.toFixed(2)} s`));
    group.append(bar);
    if (long > 30) group.append(element("text", { class: "name", x: x(note.start_s) + 6, y: y(note.midi) + ROW - 5 }, name(note.midi)));
    svg.append(group);
    return { ...note, bar };
  });
  const head = element("line", { class: "head", x1: x(0), x2: x(0), y1: 0, y2: height - MARGIN.bottom });
  head.style.visibility = "hidden";
  svg.append(head);
  roll.replaceChildren(svg);
  shown = { drawn, head, x };
}

function follow() {
  if (!shown) return;
  const now = player.currentTime;
  const playing = !player.paused && !player.ended;
  shown.head.style.visibility = playing ? "visible" : "hidden";
  shown.head.setAttribute("x1", shown.x(now));
  shown.head.setAttribute("x2", shown.x(now));
  for (const note of shown.drawn) {
    note.bar.classList.toggle("sounding", playing && note.start_s <= now && now < note.end_s);
  }
  if (playing) requestAnimationFrame(follow);
}

function describe({ notes, duration_s: duration, took_s: took }) {
  document.getElementById("timing").textContent =
    `${duration.toFixed(1)} s of sound, transcribed in ${took.toFixed(2)} s`;
  const names = notes.map((note) => name(note.midi)).join(" ");
  document.getElementById("list").textContent = notes.length
    ? `${notes.length} note${notes.length === 1 ? "" : "s"}: ${names}`
    : "No note stood out in this recording.";
  roll.setAttribute("aria-label", notes.length ? `Piano roll of ${notes.length} notes: ${names}` : "Piano roll without notes");
}

function say(error) {
  player.hidden = true;
  result.hidden = true;
  message.textContent = error;
  message.hidden = false;
}

async function transcribe(recording) {
  const most = Number(root.dataset.largest);
  if (recording.size > most) {
    say(`The file is larger than ${most / 2 ** 20} MB.`);
    return;
  }
  message.hidden = true;
  scaleButton.disabled = true;
  result.classList.add("waiting");
  URL.revokeObjectURL(player.src);
  player.src = URL.createObjectURL(recording);
  player.hidden = false;
  try {
    const value = await post(root.dataset.transcribe, "audio/wav", recording);
    result.hidden = false;
    draw(value);
    describe(value);
  } catch (error) {
    say(error.message);
  } finally {
    scaleButton.disabled = false;
    result.classList.remove("waiting");
  }
}

scaleButton.addEventListener("click", async () => {
  try {
    await transcribe(await (await get(root.dataset.scale)).blob());
  } catch (error) {
    say(error.message);
  }
});
document.getElementById("file").addEventListener("change", (event) => {
  const [file] = event.target.files;
  event.target.value = "";
  if (file) transcribe(file);
});
player.addEventListener("play", follow);
player.addEventListener("pause", follow);

const drop = document.getElementById("drop");
drop.addEventListener("dragover", (event) => {
  event.preventDefault();
  drop.classList.add("dropping");
});
drop.addEventListener("dragleave", () => drop.classList.remove("dropping"));
drop.addEventListener("drop", (event) => {
  event.preventDefault();
  drop.classList.remove("dropping");
  const [file] = event.dataTransfer.files;
  if (file) transcribe(file);
});
