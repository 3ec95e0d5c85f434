"""Counts in the browser how often camera, window or their names are asked for: `asked` of the page."""

ASKED = """
window.asked = 0;
for (const name of ["getUserMedia", "getDisplayMedia", "enumerateDevices"]) {
  const real = navigator.mediaDevices[name].bind(navigator.mediaDevices);
  navigator.mediaDevices[name] = (...how) => { window.top.asked++; return real(...how); };
}
"""
