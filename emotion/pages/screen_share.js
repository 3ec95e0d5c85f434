// Shares a window of this computer: its picture goes to the app a few times a second, boxes come back.
const SIDES = [1920, 1080]; // what is larger is reduced before it is sent
const QUALITIES = [0.8, 0.5, 0.3];
const MOST_BYTES = 2_000_000;
const WORDS = {
  idle: "Choose the window of your video call, best in its gallery view.",
  insecure: "This browser shares windows only with pages whose address begins with https:// or http://localhost.",
  unable: "This browser cannot share a window: phones and tablets cannot. Use Chrome, Edge, Firefox or Safari on a computer.",
  refused: "Nothing is shared: you said no, or closed the choice. Press “Share a window” to choose again.",
  blocked: "The system does not let this browser see other windows. On a Mac: System Settings, Privacy & Security, Screen Recording.",
  failed: "The window could not be shared.",
  asking: "Choose a window…",
  sharing: "Sharing. You may go to another window; do not minimise the shared one.",
  muted: "The shared window gives no picture: is it minimised?",
  ended: "The sharing has ended. Press “Share a window” to go on.",
  lost: "The app has forgotten this window; asking again…",
  away: "The app does not answer. Trying again…",
};

// A page that nobody looks at has slow timers, and its canvas.toBlob waits for idle time: one picture in eight seconds.
// A worker has neither: it ticks, and it makes JPEGs.
const WORKER = `
  let timer, canvas;
  async function jpeg(picture, qualities, most) {
    canvas ??= new OffscreenCanvas(1, 1);
    [canvas.width, canvas.height] = [picture.width, picture.height];
    canvas.getContext("2d").drawImage(picture, 0, 0);
    picture.close();
    for (const quality of qualities) {
      const blob = await canvas.convertToBlob({ type: "image/jpeg", quality });
      if (blob.size <= most) return blob;
    }
    return null;
  }
  onmessage = async ({ data }) => {
    if ("every" in data) {
      clearInterval(timer);
      if (data.every) timer = setInterval(() => postMessage({ tick: true }), data.every);
      return;
    }
    try { postMessage({ blob: await jpeg(data.picture, data.qualities, data.most) }); }
    catch (error) { postMessage({ error: String(error) }); }
  };
`;

class Helper {
  constructor(tick) {
    this.tick = tick;
    this.wanted = 0;
    try {
      const url = URL.createObjectURL(new Blob([WORKER], { type: "text/javascript" }));
      this.worker = new Worker(url);
      this.worker.onmessage = ({ data }) => (data.tick ? tick() : this.settle(data));
      this.worker.onerror = () => this.without();
    } catch { this.worker = undefined; }
  }

  // Some browsers and policies refuse workers: the page does it then, slower while hidden.
  without() {
    this.worker = undefined;
    if (this.wanted) this.every(this.wanted);
    this.settle({ error: "no worker" });
  }

  every(ms) {
    this.wanted = ms;
    clearInterval(this.timer);
    if (this.worker) this.worker.postMessage({ every: ms });
    else if (ms) this.timer = setInterval(this.tick, ms);
  }

  settle({ blob, error }) {
    const waiting = this.waiting;
    this.waiting = undefined;
    if (error) waiting?.reject(new Error(error));
    else waiting?.resolve(blob);
  }

  async jpeg(video, width, height) {
    if (this.worker && window.OffscreenCanvas?.prototype.convertToBlob) {
      try {
        const smaller = { resizeWidth: width, resizeHeight: height, resizeQuality: "medium" };
        const picture = await createImageBitmap(video, width < video.videoWidth ? smaller : {});
        return await new Promise((resolve, reject) => {
          this.waiting = { resolve, reject };
          this.worker.postMessage({ picture, qualities: QUALITIES, most: MOST_BYTES }, [picture]);
        });
      } catch { /* as without a worker */ }
    }
    this.still ??= document.createElement("canvas");
    [this.still.width, this.still.height] = [width, height];
    this.still.getContext("2d").drawImage(video, 0, 0, width, height);
    for (const quality of QUALITIES) {
      const blob = await new Promise((done) => this.still.toBlob(done, "image/jpeg", quality));
      if (blob && blob.size <= MOST_BYTES) return blob;
    }
    return null;
  }

  end() {
    clearInterval(this.timer);
    this.worker?.terminate();
    this.settle({ error: "ended" });
  }
}

class Share {
  constructor(root) {
    this.video = root.querySelector("video");
    this.boxes = root.querySelector("canvas");
    this.button = root.querySelector("button");
    this.words = root.querySelector("[role=status]");
    this.frame = root.querySelector(".frame");
    this.helper = new Helper(() => this.send());
    this.button.onclick = () => (this.track ? this.stop(WORDS.ended) : this.start());
    this.resized = new ResizeObserver(() => this.draw());
    this.resized.observe(this.frame);
    this.say(this.cannot() || WORDS.idle, this.cannot());
    this.button.disabled = Boolean(this.cannot());
  }

  cannot() {
    if (!window.isSecureContext) return WORDS.insecure;
    return navigator.mediaDevices?.getDisplayMedia ? "" : WORDS.unable;
  }

  update({ data, setStateValue, setTriggerValue }) {
    clearTimeout(this.leaving);
    const first = !this.data;
    const faster = this.data?.rate !== data.rate;
    if (this.data && this.data.token !== data.token) {
      this.failures = 0;
      if (this.track) this.say(WORDS.sharing); // the page was asked for another token, and this is it
    }
    Object.assign(this, { data, setStateValue, setTriggerValue });
    if (first && data.sharing) this.tell(false); // the page remembers a sharing that a reload has ended
    if (this.track && faster) this.helper.every(1000 / data.rate);
    this.draw();
  }

  // Not at once: a component that is only moved on its page is put away and shown again.
  leave() {
    this.leaving = setTimeout(() => {
      this.stop(WORDS.ended, false);
      this.helper.end();
      this.resized.disconnect();
    }, 500);
  }

  async start() {
    this.button.disabled = true;
    this.say(WORDS.asking);
    try {
      const stream = await navigator.mediaDevices.getDisplayMedia({
        video: { frameRate: { ideal: 15 } }, audio: false, selfBrowserSurface: "exclude", surfaceSwitching: "include",
      });
      this.track = stream.getVideoTracks()[0];
      this.track.onended = () => this.stop(WORDS.ended);
      this.track.onmute = () => this.say(WORDS.muted, true);
      this.track.onunmute = () => this.say(WORDS.sharing);
      this.video.srcObject = stream;
      await this.video.play();
    } catch (error) {
      const refused = error.name === "NotAllowedError";
      const system = refused && /system/i.test(error.message);
      this.stop(system ? WORDS.blocked : refused ? WORDS.refused : `${WORDS.failed} (${error.name})`, false, true);
      return;
    } finally {
      this.button.disabled = false;
    }
    if (!this.track) return; // ended while the first picture was awaited
    this.failures = 0;
    this.frame.hidden = false;
    this.button.textContent = "Stop sharing";
    this.say(WORDS.sharing);
    this.tell(true);
    this.helper.every(1000 / this.data.rate);
    this.send();
  }

  stop(words, told = true, bad = false) {
    this.helper.every(0);
    const sharing = Boolean(this.track);
    this.video.srcObject?.getTracks().forEach((track) => { track.onended = null; track.stop(); });
    this.video.srcObject = null;
    this.track = this.found = undefined;
    this.frame.hidden = true;
    this.button.textContent = "Share a window";
    this.say(words, bad);
    if (sharing && told) this.tell(false);
  }

  say(words, bad = false) {
    this.words.textContent = words;
    this.words.classList.toggle("bad", Boolean(bad));
  }

  tell(sharing) { this.setStateValue("sharing", sharing); }

  jpeg() {
    const { videoWidth: width, videoHeight: height } = this.video;
    const share = Math.min(1, SIDES[0] / width, SIDES[1] / height);
    return this.helper.jpeg(this.video, Math.max(1, Math.round(width * share)), Math.max(1, Math.round(height * share)));
  }

  // One picture at a time: a tick that finds the last one still on its way is left out, the next takes a newer picture.
  async send() {
    if (this.busy || !this.track || !this.video.videoWidth || Date.now() < (this.waitUntil || 0)) return;
    this.busy = true;
    const track = this.track;
    try {
      const body = await this.jpeg();
      if (!body) return;
      const address = new URL(`api/screen/${encodeURIComponent(this.data.token)}`, document.baseURI);
      const answer = await fetch(address, {
        method: "POST", body, headers: { "Content-Type": "image/jpeg" }, signal: AbortSignal.timeout(15_000),
      });
      if (this.track !== track) return;
      if (answer.ok) this.heard(await answer.json());
      else this.refused(answer);
    } catch (error) {
      if (this.track === track) this.failed();
    } finally {
      this.busy = false;
    }
  }

  heard(found) {
    if (this.failures) this.say(WORDS.sharing);
    this.failures = 0;
    this.found = found;
    this.draw();
  }

  refused(answer) {
    if (answer.status === 409) return; // a newer picture was there
    if (answer.status === 429) {
      this.waitUntil = Date.now() + 1000 * (Number(answer.headers.get("Retry-After")) || 1);
    } else if (answer.status === 404) {
      this.failures = (this.failures || 0) + 1;
      this.waitUntil = Date.now() + 2000;
      this.say(WORDS.lost, true);
      this.setTriggerValue("lost", this.failures); // the page runs again and brings another token
    } else this.failed();
  }

  failed() {
    this.failures = (this.failures || 0) + 1;
    this.waitUntil = Date.now() + Math.min(1000 * this.failures, 10_000);
    if (this.failures >= 3) this.say(WORDS.away, true);
  }

  draw() {
    const finer = window.devicePixelRatio || 1;
    const width = this.video.clientWidth, height = this.video.clientHeight;
    this.boxes.width = Math.round(width * finer);
    this.boxes.height = Math.round(height * finer);
    const faces = this.found?.faces ?? [];
    this.boxes.setAttribute("aria-label", `Shared window, ${faces.length} ${faces.length === 1 ? "face" : "faces"}`);
    if (!this.found || !width || this.data.style === "off") return;
    const pen = this.boxes.getContext("2d");
    pen.scale(finer, finer);
    const scale = width / this.found.width;
    const boxes = faces.map((face) => face.box.map((side) => side * scale));
    faces.forEach((face, n) => drawBox(pen, boxes[n], this.data.looks[face.emotion ?? "unsure"], face.emotion));
    if (this.data.style === "labels") drawLabels(pen, faces, boxes, this.data, width, height);
  }
}

function drawBox(pen, [x1, y1, x2, y2], look, sure) {
  const inside = [x1 + 1, y1 + 1, x2 - x1 - 2, y2 - y1 - 2];
  pen.lineWidth = 2;
  pen.setLineDash([]);
  pen.strokeStyle = sure ? look.colour : "#181A1E";
  pen.strokeRect(...inside);
  if (sure) return;
  pen.setLineDash([6, 6]);
  pen.strokeStyle = look.colour;
  pen.strokeRect(...inside);
  pen.setLineDash([]);
}

const TEXT = 13, PAD = 3, PLATE = TEXT + 2 * PAD;
const touches = (a, b) => a[0] < b[2] && a[2] > b[0] && a[1] < b[3] && a[3] > b[1];

// Above the face, else below, with the longest words that touch no other face or label; else the shape alone, inside.
function drawLabels(pen, faces, boxes, data, width, height) {
  const taken = [];
  pen.font = `${TEXT}px sans-serif`;
  pen.textBaseline = "middle";
  faces.forEach((face, n) => {
    const look = data.looks[face.emotion ?? "unsure"];
    const [x1, y1, x2, y2] = boxes[n];
    const told = face.emotion ? [`${face.label} ${Math.round(100 * face.confidence)}%`, face.label] : [face.label];
    const words = face.marked ? [...told.map((text) => `${face.track_id}: ${text}`), `${face.track_id}`] : told;
    const others = [...boxes.filter((_, k) => k !== n), ...taken];
    let best;
    for (const text of words) {
      const wide = PLATE + pen.measureText(text).width + PAD;
      const left = Math.max(0, Math.min(x1, width - wide));
      for (const top of [y1 - PLATE, y2]) {
        const place = [left, top, left + wide, top + PLATE];
        if (!best && top >= 0 && top + PLATE <= height && !others.some((other) => touches(place, other))) best = { place, text };
      }
    }
    if (!best) { // a number that was asked for is told all the same
      const text = face.marked ? `${face.track_id}` : "";
      best = { place: [x1, y1, x1 + PLATE + (text && pen.measureText(text).width + PAD), y1 + PLATE], text };
    }
    taken.push(best.place);
    drawPlate(pen, best.place, best.text, look, face.emotion);
  });
}

function drawPlate(pen, [x1, y1, x2, y2], text, look, sure) {
  pen.fillStyle = sure ? look.colour : "#181A1E";
  pen.fillRect(x1, y1, x2 - x1, y2 - y1);
  pen.fillStyle = pen.strokeStyle = look.ink;
  pen.lineWidth = 1;
  if (!sure) pen.strokeRect(x1 + 0.5, y1 + 0.5, x2 - x1 - 1, y2 - y1 - 1);
  const middle = [x1 + PLATE / 2, y1 + PLATE / 2], radius = TEXT / 2 - 1;
  pen.beginPath();
  if (look.outline) {
    look.outline.forEach(([x, y], k) => pen[k ? "lineTo" : "moveTo"](middle[0] + radius * x, middle[1] + radius * y));
    pen.closePath();
    pen.fill();
  } else {
    pen.lineWidth = 2;
    pen.arc(...middle, radius - 1, 0, 2 * Math.PI);
    pen.stroke();
  }
  pen.fillText(text, x1 + PLATE, (y1 + y2) / 2 + 1);
}

const shares = new WeakMap();

export default function (component) {
  const root = component.parentElement;
  if (!shares.has(root)) shares.set(root, new Share(root));
  const share = shares.get(root);
  share.update(component);
  return () => { shares.delete(root); share.leave(); };
}
