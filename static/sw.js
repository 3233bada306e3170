"use strict";
// Keeps nothing: personal pages are never stored on the device. Shows what is pushed, and opens it when it is tapped.
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("push", (event) => {
  const { title, body, path, tag } = event.data.json();
  const shown = { body, tag, icon: "/static/icon-192.png", badge: "/static/icon-192.png", data: { path } };
  event.waitUntil(self.registration.showNotification(title, shown));
});
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const wanted = new URL(event.notification.data.path, self.location.origin).href;
  event.waitUntil(
    self.clients.matchAll({ type: "window" }).then((open) => {
      const here = open.find((page) => page.url === wanted);
      return here ? here.focus() : self.clients.openWindow(wanted);
    }),
  );
});
