// Replaces the live part of a page with what the server sends, and says aloud what has changed in it.
"use strict";

const live = document.querySelector("[data-live]");
const state = document.querySelector("[data-link]");
const voice = document.querySelector("[data-voice]");

const headline = () => live.querySelector("[data-headline]")?.textContent.trim() ?? "";

function show(html) {
  const before = headline();
  const focused = live.contains(document.activeElement) ? document.activeElement.id : "";
  live.innerHTML = html;
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  if (voice && headline() !== before) voice.textContent = headline();
}

if (live) {
  const source = new EventSource(live.dataset.live);
  source.onmessage = (message) => show(message.data);
  source.onopen = () => { state.dataset.link = "live"; };
  source.onerror = () => { state.dataset.link = "lost"; };
}
