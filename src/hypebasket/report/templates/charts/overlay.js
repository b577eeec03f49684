"use strict";
/* The curves of several runs in one picture, each 100 at its own start, on the calendar they share. */
kinds.overlay = (box) => {
  const lines = DATA.groups[box.dataset.group];
  const days = [...new Set(lines.flatMap((line) => line.days))].sort();
  const place = new Map(days.map((day, i) => [day, i]));
  const series = lines.map((line) => {
    const values = new Array(days.length).fill(null);
    line.days.forEach((day, i) => { values[place.get(day)] = line.own[i]; });
    return values;
  });
  return new Plot(box, {
    count: days.length,
    height: 300,
    margin: { left: 42, right: 8, top: 12, bottom: 24 },
    range: (from, to) => {
      const values = known(series.flatMap((each) => each.slice(from, to + 1)));
      return padded(Math.min(100, ...values), Math.max(100, ...values));
    },
    tick: (value) => String(Math.round(value * 100) / 100),
    position: (i) => (days.length > 45 ? month(days[i]) : shortDay(days[i])),
    marks: calendarMarks((i) => days[i]),
    room: 70,
    paint: (plot) => series.forEach((values, at) => plot.path(values, `run run-${at % 6}`)),
    tip: (i) => [
      [days[i], "when"],
      ...lines.map((line, at) => [`${settings.words(line.name)} ${figures.level(series[at][i])}`, `run-${at % 6}`]),
    ],
  });
};
