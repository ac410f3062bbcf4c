"use strict";
// tell says to the server what was done to the page, and when: beacons take whichever connection is free, and overtake one another.
let tellings = 0;
const tell = (text) => navigator.sendBeacon("/recordings/log", `${performance.timeOrigin + performance.now()} ${tellings++} ${text}`);
