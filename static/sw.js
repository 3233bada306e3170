"use strict";
// Keeps nothing: personal pages are never stored on the device. Its place is taken for web push.
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
