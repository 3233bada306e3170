"use strict";
// Turn notifications on in this browser: ask it, fill in what it says of itself, and send the form like any other.
const turnOn = document.getElementById("turn-on");
const say = (id, shown) => {
  document.getElementById(id).hidden = !shown;
};
const able = () => "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
const subscribe = async (form) => {
  if ((await Notification.requestPermission()) !== "granted") throw new Error("refused");
  const registration = await navigator.serviceWorker.ready;
  const key = { userVisibleOnly: true, applicationServerKey: form.dataset.key };
  const { endpoint, keys } = (await registration.pushManager.subscribe(key)).toJSON();
  form.endpoint.value = endpoint;
  form.p256dh.value = keys.p256dh;
  form.auth.value = keys.auth;
  form.submit();
};
if (turnOn && able()) {
  say("turn-on", true);
  say("push-missing", false);
  turnOn.addEventListener("submit", (event) => {
    event.preventDefault();
    say("push-refused", false);
    subscribe(turnOn).catch(() => say("push-refused", true));
  });
}
