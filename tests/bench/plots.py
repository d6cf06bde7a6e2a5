"""Plots as SVG, written by hand: no library is needed to see a benchmark."""

import math
import statistics
from html import escape

COLOURS = ("#1b6ca8", "#c8553d", "#7a9e7e", "#d9a441", "#8e6c8a")
LEFT, WIDTH, BAR, GAP = 260, 620, 15, 14
MOST_RATIO = 12  # of the longest bar of a group to the shortest


def frame(title, height, parts):
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + 250}" height="{height}" '
            f'font-family="sans-serif" font-size="11"><rect width="100%" height="100%" fill="white"/>'
            f'<text x="8" y="18" font-size="13">{escape(title)}</text>' + "".join(parts) + "</svg>\n")


def text(x, y, what, anchor="start"):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(what)}</text>'


def bars(title, names, groups):
    """Groups of bars, one a peer, each of parts that add up; groups have scales of their own. Parts grow paler. Where one
    bar would leave nothing to see of another, it is cut, which a mark behind it tells."""
    if not groups:
        return None
    parts, y = [], 34
    for case, by_peer in groups.items():
        totals = [sum(shares.values()) for shares in by_peer.values()]
        limit = min(max(totals), MOST_RATIO * min(totals)) or 1
        parts.append(text(LEFT - 8, y + BAR * len(by_peer) / 2 + 4, case, "end"))
        for name, shares in by_peer.items():
            x = LEFT
            for number, (part, value) in enumerate(shares.items()):
                width = min(max(value, 0) / limit * WIDTH, LEFT + WIDTH - x)
                parts.append(f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="{BAR - 3}" '
                             f'fill="{COLOURS[names.index(name) % len(COLOURS)]}" opacity="{max(0.25, 1 - 0.35 * number):.2f}">'
                             f"<title>{escape(part)} {value:,.1f}</title></rect>")
                x += width
            mark = ">> " if sum(shares.values()) > limit else ""
            parts.append(text(x + 5, y + BAR - 5, f"{mark}{name} {sum(shares.values()):,.0f}"))
            y += BAR
        y += GAP
    return frame(title, y, parts)


def percentiles(title, names, groups):
    """For each case and peer, on a logarithmic scale, a dot at the median of each percentile and its spread."""
    values = [value for by_peer in groups.values() for figures in by_peer.values() for runs in figures.values()
              for value in runs if value > 0]
    if not values:
        return None
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    span = max(high - low, 1)

    def at(value):
        return LEFT + (math.log10(max(value, 10 ** low)) - low) / span * WIDTH

    parts, y = [], 50
    for power in range(low, low + span + 1):
        parts.append(text(at(10 ** power), 38, f"{10 ** power:,}", "middle"))
    for case, by_peer in groups.items():
        parts.append(text(8, y + 4, case))
        for name, figures in by_peer.items():
            colour = COLOURS[names.index(name) % len(COLOURS)]
            parts.append(text(LEFT - 8, y + 4, name, "end"))
            for number, (figure, runs) in enumerate(figures.items()):
                middle = statistics.median(runs)
                parts.append(f'<line x1="{at(min(runs)):.1f}" x2="{at(max(runs)):.1f}" y1="{y}" y2="{y}" stroke="{colour}" '
                             f'stroke-width="2" opacity="0.5"/><circle cx="{at(middle):.1f}" cy="{y}" r="{3 + number}" '
                             f'fill="{colour}"><title>{escape(figure)} {middle:,.1f}</title></circle>')
            y += BAR + 3
        y += GAP
    grid = "".join(f'<line x1="{at(10 ** p):.1f}" x2="{at(10 ** p):.1f}" y1="42" y2="{y - GAP}" stroke="#ddd"/>'
                   for p in range(low, low + span + 1))
    return frame(title, y, [grid, *parts])
