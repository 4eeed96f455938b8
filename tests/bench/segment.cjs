// Times Segment's mapping-kit. First line: {mapping, events}; then, for each line with a number of
// times, the seconds that one event took.
const { transform } = require("@segment/actions-core");

let work = null;
require("readline")
  .createInterface({ input: process.stdin })
  .on("line", (line) => {
    if (!work) {
      work = JSON.parse(line);
      for (let warm = 0; warm < 200; warm++) work.events.forEach((event) => transform(work.mapping, event));
      return;
    }
    const times = Number(line);
    const start = process.cpuUsage();
    for (let time = 0; time < times; time++) work.events.forEach((event) => transform(work.mapping, event));
    const used = process.cpuUsage(start); // the processor's time, in microseconds
    console.log((used.user + used.system) / 1e6 / (times * work.events.length));
  });
