// SPDX-License-Identifier: Apache-2.0
// Whether all six black squares of a sheet can be seen on a photo, and from how far aside it was taken: said while the sheet is still
// at hand. A quick look, not the reading: the server finds what is really there (doseline/paper/reading.py), and may be asked all the same.
// Where the squares stand on the page: doseline/paper/layout.py.

export interface Grey {
  data: Uint8Array;
  width: number;
}

interface Spot {
  x: number;
  y: number;
  side: number;
}

/** A square's side as a share of the picture's longer side: 11 mm of a page that fills a third of the picture, or all of it. */
const SIDE_MIN = 0.012;
const SIDE_MAX = 0.07;
/** How much of a square's box is black: its frame always, of the pattern inside some. A corner of the QR code has less, a thumb more. */
const FILLED_MIN = 0.53;
const FILLED_MAX = 0.95;
const HALFWAY = (155 - 6) / (280 - 6); // of the squares on the sides, from the upper corner to the lower
const NEAR = 0.06;
const ASLANT_MAX = 1.6;

/** `covered`: not all six squares are seen; `aslant`: one edge of the page is so much nearer that print far away is lost. */
export function lookAtMarks(picture: Grey): "covered" | "aslant" | null {
  const spots = darkSquares(picture);
  const corner = (worth: (spot: Spot) => number) => spots.reduce((best, spot) => (worth(spot) > worth(best) ? spot : best), spots[0] as Spot);
  if (spots.length < 6) return "covered";
  const [a, b, c, d] = [corner((s) => -s.x - s.y), corner((s) => s.x - s.y), corner((s) => s.x + s.y), corner((s) => s.y - s.x)];
  if (new Set([a, b, c, d]).size < 4) return "covered";
  const sides = [far(a, b), far(b, c), far(c, d), far(d, a)] as const;
  // whichever way up it was taken, two squares stand about halfway along the longer sides
  const isUpright = sides[1] + sides[3] > sides[0] + sides[2];
  const long: [Spot, Spot][] = isUpright ? [[a, d], [b, c]] : [[a, b], [d, c]];
  const size = Math.max(...sides);
  const isThere = long.every(([from, to]) => [HALFWAY, 1 - HALFWAY].some((share) => spots.some((spot) => far(spot, between(from, to, share)) < size * NEAR)));
  if (!isThere) return "covered";
  const aslant = Math.max(ratio(sides[0], sides[2]), ratio(sides[1], sides[3]));
  return aslant > ASLANT_MAX ? "aslant" : null;
}

function far(one: { x: number; y: number }, other: { x: number; y: number }): number {
  return Math.hypot(one.x - other.x, one.y - other.y);
}

function between(from: Spot, to: Spot, share: number): { x: number; y: number } {
  return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
}

function ratio(one: number, other: number): number {
  return Math.max(one, other) / Math.max(1, Math.min(one, other));
}

/** Dark patches that are about as high as wide, partly black, and of the size of the largest such. */
function darkSquares({ data, width }: Grey): Spot[] {
  const height = Math.floor(data.length / width);
  const longer = Math.max(width, height);
  const isDark = darkerThanAround(data, width, height, Math.round(longer / 16));
  const spots = patches(isDark, width, height).flatMap(({ left, right, top, bottom, count }): Spot[] => {
    const [w, h] = [right - left + 1, bottom - top + 1];
    const side = Math.max(w, h);
    const isSquare = side <= 1.7 * Math.min(w, h) && count >= FILLED_MIN * w * h && count <= FILLED_MAX * w * h;
    return isSquare && side >= longer * SIDE_MIN && side <= longer * SIDE_MAX ? [{ x: (left + right) / 2, y: (top + bottom) / 2, side }] : [];
  });
  const sizes = spots.map((spot) => spot.side).sort((a, b) => b - a);
  const usual = sizes[Math.min(5, sizes.length - 1)] ?? 0; // there are six of them, and little else is as large
  return spots.filter((spot) => spot.side > usual * 0.45);
}

/** 1 where a point is clearly darker than the mean of the window around it: shadows do not count, print does. */
function darkerThanAround(data: Uint8Array, width: number, height: number, reach: number): Uint8Array {
  const sums = new Uint32Array((width + 1) * (height + 1));
  for (let y = 0; y < height; y += 1) {
    for (let x = 0, row = 0; x < width; x += 1) {
      row += data[y * width + x] ?? 0;
      sums[(y + 1) * (width + 1) + x + 1] = (sums[y * (width + 1) + x + 1] ?? 0) + row;
    }
  }
  const at = (x: number, y: number) => sums[y * (width + 1) + x] ?? 0;
  const dark = new Uint8Array(width * height);
  for (let y = 0; y < height; y += 1) {
    const [top, bottom] = [Math.max(0, y - reach), Math.min(height, y + reach + 1)];
    for (let x = 0; x < width; x += 1) {
      const [left, right] = [Math.max(0, x - reach), Math.min(width, x + reach + 1)];
      const mean = (at(right, bottom) - at(left, bottom) - at(right, top) + at(left, top)) / ((right - left) * (bottom - top));
      if ((data[y * width + x] ?? 0) < mean * 0.72) dark[y * width + x] = 1;
    }
  }
  return dark;
}

interface Patch {
  left: number;
  right: number;
  top: number;
  bottom: number;
  count: number;
}

/** Dark points that touch, together. Empties `dark` on its way. */
function patches(dark: Uint8Array, width: number, height: number): Patch[] {
  const found: Patch[] = [];
  const stack: number[] = [];
  for (let first = 0; first < dark.length; first += 1) {
    if (dark[first] !== 1) continue;
    const patch = { left: width, right: 0, top: height, bottom: 0, count: 0 };
    dark[first] = 0;
    stack.push(first);
    for (let place = stack.pop(); place !== undefined; place = stack.pop()) {
      const [x, y] = [place % width, Math.floor(place / width)];
      patch.count += 1;
      patch.left = Math.min(patch.left, x);
      patch.right = Math.max(patch.right, x);
      patch.top = Math.min(patch.top, y);
      patch.bottom = Math.max(patch.bottom, y);
      for (const next of [x > 0 ? place - 1 : -1, x + 1 < width ? place + 1 : -1, place - width, place + width]) {
        if (dark[next] !== 1) continue;
        dark[next] = 0;
        stack.push(next);
      }
    }
    found.push(patch);
  }
  return found;
}
