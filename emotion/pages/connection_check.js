// Walks the way of a camera picture to the app, step by step, and says at the first step that fails what to do about it.
const OPEN_WITHIN_MS = 15_000;
const GATHERED_WITHIN_MS = 6_000;
const ANSWERED_WITHIN_MS = 20_000;
const STEPS = { page: "Secure page", camera: "Camera", server: "App", network: "Network" };
const ANOTHER_WAY = "Shared window, Recording and Photo work without this step.";
const CAMERA = {
  NotAllowedError: "The camera is blocked for this page. Press the camera or lock sign beside the address, allow the camera, and check again. If the system blocks it, allow the browser in the system's privacy settings.",
  NotFoundError: "No camera was found. Plug one in, or take the cover or switch off.",
  NotReadableError: "The camera is there but gives no picture: another program, such as a video call, may hold it. Close that program and check again.",
  AbortError: "The camera stopped before it gave a picture. Check again.",
};
const PROBLEMS = {
  busy: "The app is busy with other checks. Wait half a minute and check again.",
  slow: "The app took too long to answer. Check again in a minute; if it stays so, tell whoever runs the app.",
  offer: "The app did not understand this browser's offer. Use a current Chrome, Edge, Firefox or Safari.",
  error: "The app failed to answer; its log says why. Tell whoever runs it.",
};

class StepError extends Error {}

const wait = (ms) => new Promise((done) => setTimeout(done, ms));
const within = (ms, promise) => Promise.race([promise, wait(ms)]);
const relaysOf = (servers) => servers.flatMap(({ urls }) => urls).filter((url) => /^turns?:/.test(url));

class Check {
  constructor(root) {
    this.button = root.querySelector("button");
    this.list = root.querySelector("ol");
    this.words = root.querySelector("[role=status]");
    this.button.onclick = () => this.run();
  }

  update({ data, setTriggerValue }) {
    Object.assign(this, { data, setTriggerValue });
    if (data.answer && data.answer.number === this.number) this.answered?.(data.answer);
  }

  async run() {
    this.button.disabled = true;
    this.list.hidden = false;
    this.list.replaceChildren();
    this.say("Checking…");
    try {
      for (const name of Object.keys(STEPS)) await this.step(name);
      this.say("All steps work. Press START.");
    } catch (error) {
      if (!(error instanceof StepError)) throw error;
      this.say("The marked step is in the way.");
    } finally {
      this.peer?.close();
      this.peer = undefined;
      this.button.disabled = false;
    }
  }

  async step(name) {
    const line = document.createElement("li"), title = document.createElement("b"), words = document.createElement("span");
    title.textContent = STEPS[name];
    words.textContent = "…";
    line.append(title, words);
    this.list.append(line);
    try {
      words.textContent = await this[name]();
      line.className = "good";
    } catch (error) {
      line.className = "bad";
      words.textContent = error instanceof StepError ? error.message : `This browser failed: ${error.name} ${error.message}`;
      throw new StepError(name);
    }
  }

  async page() {
    if (window.isSecureContext && navigator.mediaDevices?.getUserMedia) return "This page may use the camera.";
    if (!window.isSecureContext)
      throw new StepError("Browsers give the camera only to addresses that begin with https:// or http://localhost. Ask whoever runs the app for its https:// address.");
    throw new StepError("This browser gives no page the camera. Use a current Chrome, Edge, Firefox or Safari.");
  }

  async camera() {
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: true, audio: false });
    } catch (error) {
      throw new StepError(CAMERA[error.name] ?? `The camera could not be opened (${error.name}).`);
    }
    const name = stream.getVideoTracks()[0]?.label;
    stream.getTracks().forEach((track) => track.stop());
    return `${name || "The camera"} works, and is switched off again.`;
  }

  async server() {
    this.refusals = [];
    if (typeof RTCPeerConnection === "undefined") throw new StepError("This browser has no WebRTC, or an extension turns it off.");
    this.peer = new RTCPeerConnection({ iceServers: this.data.servers });
    this.peer.onicecandidateerror = ({ errorCode, url }) => this.refusals.push({ errorCode, url });
    this.channel = this.peer.createDataChannel("check");
    this.opened = new Promise((done) => (this.channel.onopen = () => done(true)));
    await this.peer.setLocalDescription(await this.peer.createOffer());
    const gathered = new Promise((done) => {
      const look = () => this.peer?.iceGatheringState === "complete" && done(true);
      this.peer.onicegatheringstatechange = look;
      look();
    });
    await within(GATHERED_WITHIN_MS, gathered);
    this.number = Date.now() + Math.random();
    const answer = new Promise((done) => (this.answered = done));
    this.setTriggerValue("offer", { number: this.number, sdp: this.peer.localDescription.sdp });
    this.answer = await within(ANSWERED_WITHIN_MS, answer);
    if (!this.answer) throw new StepError("The app does not answer. Load this page again.");
    if (this.answer.problem) throw new StepError(PROBLEMS[this.answer.problem] ?? PROBLEMS.error);
    await this.peer.setRemoteDescription({ type: "answer", sdp: this.answer.sdp });
    return "The app answers.";
  }

  async network() {
    const way = this.peer.localDescription.sdp.includes("a=candidate:"); // else there is nothing to wait for
    if (way && (await within(OPEN_WITHIN_MS, this.opened))) return await this.path();
    throw new StepError(`${this.blame()} ${ANOTHER_WAY}`);
  }

  // Who of the three parties does not reach the other: this browser the relay, the app the relay, or both each other.
  blame() {
    const relays = relaysOf(this.data.servers);
    if (!relays.length)
      return "This network lets no direct video through to the app, and no relay (TURN) is set up. Try another network, or ask whoever runs the app to set TURN_URL.";
    if (!this.peer.localDescription.sdp.includes("typ relay")) {
      const refused = this.refusals.find(({ errorCode, url }) => errorCode < 700 && errorCode >= 400 && /^turns?:/.test(url));
      return refused
        ? `The relay ${refused.url} refuses this app's username and password (${refused.errorCode}). Tell whoever runs the app.`
        : `This network does not reach the relay ${relays.join(", ")}. Try another network, or ask whoever runs the app for a relay over TLS on port 443.`;
    }
    if (!this.answer.relayed)
      return "This browser reaches the relay, but the app does not: its address, username or password is wrong, or its host blocks it. Tell whoever runs the app.";
    return "Browser and app both reach the relay, but it passes nothing on between them. Tell whoever runs the app.";
  }

  async path() {
    const stats = await this.peer.getStats();
    const all = [...stats.values()];
    const used = all.find(({ type }) => type === "transport")?.selectedCandidatePairId;
    const pair = stats.get(used) ?? all.find(({ type, nominated, state }) => type === "candidate-pair" && nominated && state === "succeeded");
    const ours = stats.get(pair?.localCandidateId), theirs = stats.get(pair?.remoteCandidateId);
    if (ours?.candidateType === "relay") return `Browser and app reach each other through the relay, over ${(ours.relayProtocol ?? "udp").toUpperCase()}.`;
    if (theirs?.candidateType === "relay") return "Browser and app reach each other through the relay.";
    return "Browser and app reach each other directly.";
  }

  say(words) {
    this.words.hidden = false;
    this.words.textContent = words;
  }

  leave() { this.peer?.close(); }
}

const checks = new WeakMap();

export default function (component) {
  const root = component.parentElement;
  if (!checks.has(root)) checks.set(root, new Check(root));
  checks.get(root).update(component);
  return () => { checks.get(root)?.leave(); checks.delete(root); };
}
