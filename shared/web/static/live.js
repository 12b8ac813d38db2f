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

const RETRY_AFTER = 5000;

// A browser comes back by itself when a connection ends, but not when it was refused: then the token is over, and the
// page itself is asked for, so that one can sign in; or something is away, and is tried again.
async function refused() {
  const answer = await fetch(location.href, { redirect: "manual" }).catch(() => null);
  if (answer?.type === "opaqueredirect" || answer?.status === 401) location.reload();
  else setTimeout(follow, RETRY_AFTER);
}

function follow() {
  const source = new EventSource(live.dataset.live);
  source.onmessage = (message) => show(message.data);
  source.onopen = () => { state.dataset.link = "live"; };
  source.onerror = () => {
    state.dataset.link = "lost";
    if (source.readyState === EventSource.CLOSED) refused();
  };
}

if (live) follow();
