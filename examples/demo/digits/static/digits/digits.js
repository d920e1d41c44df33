// Draws, prepares the drawing as the training digits were prepared (see digits/drawing.py), and
// asks the model.

import { get, post } from "../demo/ask.js";

const FIELD = 32; // the digit's height fills a field of 32 x 32 ...
const WIDEST = 26; // ... and is at most this wide there,
const PEN = 5.5; // drawn with a pen about as thick as theirs,
const CELLS = 8; // counted in 8 x 8 cells
const SIDE = 28; // and enlarged to the model's 28 x 28.
const FINE = 8;

const root = document.getElementById("digits");
const pad = document.getElementById("pad");
const message = document.getElementById("message");
const bars = [...document.querySelectorAll("#bars li")];
let strokes = [];
let drawing = null;
let asking = false;
let askAgain = null;

function weights() {
  return Array.from({ length: SIDE }, (_, i) => {
    const position = Math.min(CELLS - 1, Math.max(0, ((i + 0.5) * CELLS) / SIDE - 0.5));
    return Array.from({ length: CELLS }, (_, j) => Math.max(0, 1 - Math.abs(position - j)));
  });
}

const WEIGHTS = weights();

function enlarge(cells) {
  const image = [];
  for (const row of WEIGHTS) {
    const mixed = Array.from({ length: CELLS }, (_, x) =>
      row.reduce((sum, weight, y) => sum + weight * cells[y * CELLS + x], 0));
    for (const column of WEIGHTS) {
      const value = column.reduce((sum, weight, x) => sum + weight * mixed[x], 0) / 16;
      image.push(Math.round(value * 1000) / 1000);
    }
  }
  return image;
}

function toCells(lines) {
  const points = lines.flat();
  const xs = points.map((p) => p.x), ys = points.map((p) => p.y);
  const left = Math.min(...xs), right = Math.max(...xs);
  const top = Math.min(...ys), bottom = Math.max(...ys);
  const scale = Math.min((FIELD - PEN) / Math.max(bottom - top, 1), (WIDEST - PEN) / Math.max(right - left, 1));
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = FIELD * FINE;
  const ink = canvas.getContext("2d", { willReadFrequently: true });
  ink.scale(FINE, FINE);
  ink.translate(FIELD / 2, FIELD / 2);
  ink.lineWidth = PEN;
  trace(ink, lines, (p) => [(p.x - (left + right) / 2) * scale, (p.y - (top + bottom) / 2) * scale]);
  const pixels = ink.getImageData(0, 0, canvas.width, canvas.height).data;
  const block = (FIELD / CELLS) * FINE;
  const cells = new Array(CELLS * CELLS).fill(0);
  for (let y = 0; y < canvas.height; y++) {
    for (let x = 0; x < canvas.width; x++) {
      cells[Math.floor(y / block) * CELLS + Math.floor(x / block)] += pixels[(y * canvas.width + x) * 4 + 3];
    }
  }
  return cells.map((sum) => Math.round((sum / 255 / block / block) * 16));
}

function trace(ink, lines, place) {
  ink.lineCap = ink.lineJoin = "round";
  for (const line of lines) {
    ink.beginPath();
    for (const point of line) ink.lineTo(...place(point));
    if (line.length === 1) ink.lineTo(...place({ x: line[0].x + 0.01, y: line[0].y }));
    ink.stroke();
  }
}

function paint() {
  const ink = pad.getContext("2d");
  ink.clearRect(0, 0, pad.width, pad.height);
  ink.strokeStyle = "#17252b";
  ink.lineWidth = pad.width / 18;
  trace(ink, strokes, (p) => [p.x * pad.width, p.y * pad.height]);
}

function paintCells(cells) {
  const ink = pad.getContext("2d");
  const side = pad.width / 10;
  ink.clearRect(0, 0, pad.width, pad.height);
  cells.forEach((value, i) => {
    ink.fillStyle = `rgb(23 37 43 / ${value / 16})`;
    ink.fillRect(side * (1 + (i % CELLS)), side * (1 + Math.floor(i / CELLS)), side + 0.5, side + 0.5);
  });
}

async function paintPicture(file) {
  const ink = pad.getContext("2d");
  ink.clearRect(0, 0, pad.width, pad.height);
  try {
    const picture = await createImageBitmap(file);
    const scale = Math.min(pad.width / picture.width, pad.height / picture.height) * 0.92;
    const width = picture.width * scale, height = picture.height * scale;
    ink.drawImage(picture, (pad.width - width) / 2, (pad.height - height) / 2, width, height);
  } catch {
    // The browser cannot show it either; the server says what is wrong with it.
  }
}

function showSeen(image) {
  const context = document.getElementById("seen").getContext("2d");
  const pixels = context.createImageData(SIDE, SIDE);
  for (let i = 0; i < SIDE * SIDE; i++) {
    const value = image ? Math.round(image[i] * 255) : 0;
    pixels.data.set([value, value, value, 255], i * 4);
  }
  context.putImageData(pixels, 0, 0);
}

function show(probabilities, sentence, timing) {
  const best = probabilities ? probabilities.indexOf(Math.max(...probabilities)) : -1;
  bars.forEach((bar, i) => {
    const value = probabilities ? probabilities[i] : 0;
    bar.classList.toggle("best", i === best);
    bar.querySelector(".bar").style.width = `${value * 100}%`;
    bar.querySelector("output").textContent = `${(value * 100).toFixed(value > 0 && value < 0.1 ? 1 : 0)} %`;
  });
  document.getElementById("label").textContent = best < 0 ? "?" : best;
  document.getElementById("sentence").textContent = sentence;
  document.getElementById("timing").textContent = timing;
  message.hidden = true;
}

function say(error) {
  show(null, "No answer.", "");
  message.textContent = error;
  message.hidden = false;
}

function sure(probability) {
  const percent = (probability * 100).toFixed(1);
  return probability > 0.9 ? `It is sure: ${percent} %.` : probability > 0.6 ? `Probably: ${percent} %.` : `It is guessing: ${percent} %.`;
}

async function timed(url, type, body) {
  const started = performance.now();
  const value = await post(url, type, body);
  return { value, timing: `Answered in ${Math.round(performance.now() - started)} ms, there and back.` };
}

async function ask(cells, note) {
  if (asking) {
    askAgain = [cells, note];
    return;
  }
  asking = true;
  const image = enlarge(cells);
  showSeen(image);
  try {
    const { value, timing } = await timed(root.dataset.predict, "application/json", JSON.stringify({ instances: [image] }));
    const [probabilities] = value.predictions;
    const best = probabilities.indexOf(Math.max(...probabilities));
    show(probabilities, note ? note(best) : sure(probabilities[best]), timing);
  } catch (error) {
    say(error.message);
  } finally {
    asking = false;
    if (askAgain) {
      const next = askAgain;
      askAgain = null;
      ask(...next);
    }
  }
}

function point(event) {
  const box = pad.getBoundingClientRect();
  return { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height };
}

// Distances in the drawing are compared with pixels, so that a dot is not blown up.
const inPixels = (lines) => lines.map((line) => line.map((p) => ({ x: p.x * 300, y: p.y * 300 })));

function clear() {
  strokes = [];
  askAgain = null;
  paint();
  showSeen(null);
  show(null, "Nothing drawn yet.", "It is asked on every stroke.");
}

let fromPicture = false;

pad.addEventListener("pointerdown", (event) => {
  if (event.button !== 0) return;
  pad.setPointerCapture(event.pointerId);
  if (fromPicture) clear();
  fromPicture = false;
  drawing = [point(event)];
  strokes.push(drawing);
  paint();
  event.preventDefault();
});
pad.addEventListener("pointermove", (event) => {
  if (!drawing) return;
  const events = event.getCoalescedEvents ? event.getCoalescedEvents() : [];
  for (const each of events.length ? events : [event]) drawing.push(point(each));
  paint();
  ask(toCells(inPixels(strokes)));
});
for (const name of ["pointerup", "pointercancel"]) {
  pad.addEventListener(name, () => {
    if (!drawing) return;
    drawing = null;
    ask(toCells(inPixels(strokes)));
  });
}
document.getElementById("clear").addEventListener("click", clear);
document.getElementById("held-back").addEventListener("click", async () => {
  try {
    const digit = await (await get(root.dataset.heldBack)).json();
    strokes = [];
    fromPicture = true;
    paintCells(digit.cells);
    ask(digit.cells, (best) => best === digit.label ? `Right: it was written as a ${digit.label}.` : `Wrong: it was written as a ${digit.label}.`);
  } catch (error) {
    say(error.message);
  }
});
document.getElementById("picture").addEventListener("change", async (event) => {
  const [file] = event.target.files;
  event.target.value = "";
  if (!file) return;
  strokes = [];
  fromPicture = true;
  showSeen(null);
  await paintPicture(file);
  try {
    const { value, timing } = await timed(root.dataset.pictures, file.type || "image/png", file);
    const { label, probabilities } = value.predictions;
    const list = Object.values(probabilities);
    show(list, sure(list[Number(label)]), timing);
  } catch (error) {
    say(error.message);
  }
});
clear();
