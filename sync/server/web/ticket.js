/* Shows the ticket that stands in this page's own address, behind the #: nothing of it is sent anywhere.
 *
 * The ticket is base64url of a COSE_Sign1; docs/ticket.cddl says what is in it. Whether it holds is the gate's to check.
 * Plain old script, so that old phones run it.
 */
"use strict";

var ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
var BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* ---- the ticket ---- */

function bytesOf(text) {
  var bytes = [], bits = 0, held = 0;
  for (var at = 0; at < text.length; at++) {
    var value = BASE64URL.indexOf(text.charAt(at));
    if (value < 0) throw new Error("not base64url");
    held = ((held << 6) | value) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((held >> bits) & 255);
    }
  }
  return bytes;
}

function base45(bytes) {
  var text = "";
  for (var at = 0; at + 1 < bytes.length; at += 2) {
    var value = bytes[at] * 256 + bytes[at + 1];
    text += ALPHANUMERIC.charAt(value % 45) + ALPHANUMERIC.charAt(Math.floor(value / 45) % 45);
    text += ALPHANUMERIC.charAt(Math.floor(value / 2025));
  }
  if (bytes.length % 2) {
    var last = bytes[bytes.length - 1];
    text += ALPHANUMERIC.charAt(last % 45) + ALPHANUMERIC.charAt(Math.floor(last / 45));
  }
  return text;
}

function readCbor(bytes) {
  var at = 0;
  function next() {
    if (at >= bytes.length) throw new Error("too short");
    return bytes[at++];
  }
  function count(low) {
    if (low < 24) return low;
    if (low > 27) throw new Error("not ours");
    var value = 0;
    for (var left = 1 << (low - 24); left > 0; left--) value = value * 256 + next();
    return value;
  }
  function item(depth) {
    if (depth > 8) throw new Error("too deep");
    var first = next(), kind = first >> 5;
    if (first === 0xf6) return null;
    var size = count(first & 31), found, each;
    switch (kind) {
      case 0: return size;
      case 1: return -1 - size;
      case 2:
      case 3:
        if (size > bytes.length - at) throw new Error("too short");
        found = bytes.slice(at, at + size);
        at += size;
        return kind === 2 ? found : String.fromCharCode.apply(null, found);
      case 4:
        found = [];
        for (each = 0; each < size; each++) found.push(item(depth + 1));
        return found;
      case 5:
        found = {};
        for (each = 0; each < size; each++) {
          var key = item(depth + 1);
          found[String(key)] = item(depth + 1);
        }
        return found;
      default: throw new Error("not ours");
    }
  }
  var whole = item(0);
  if (at !== bytes.length) throw new Error("too long");
  return whole;
}

function decimal(bytes) {
  var digits = "", left = bytes.slice();
  for (var place = 0; place < 20; place++) {
    var rest = 0;
    for (var at = 0; at < left.length; at++) {
      var value = rest * 256 + left[at];
      left[at] = Math.floor(value / 10);
      rest = value % 10;
    }
    digits = rest + digits;
  }
  return digits;
}

function readTicket(fragment) {
  var bytes = bytesOf(fragment);
  if (bytes.length < 80 || bytes.length > 340) throw new Error("not a ticket's length");
  var message = readCbor(bytes);
  if (!Array.isArray(message) || message.length !== 4 || message[3].length !== 64) throw new Error("not a ticket");
  var claims = readCbor(message[2]), journey = claims["-65537"];
  if (!Array.isArray(journey) || journey.length !== 9 || claims["7"].length !== 8) throw new Error("not a ticket");
  return {
    code: "RT1:" + base45(bytes),
    number: decimal(claims["7"]),
    date: new Date(journey[0] * 86400000).toISOString().slice(0, 10),
    trip: journey[1],
    from: journey[2],
    to: journey[3],
    seat: journey[4],
    children: journey[6],
    fen: journey[7]
  };
}

/* ---- the QR code: ISO/IEC 18004, alphanumeric mode, level M, versions 1 to 15 ---- */

/* By version: check bytes of a block; blocks and their data bytes; blocks that have one byte more. */
var BLOCKS = [null, [10, 1, 16, 0], [16, 1, 28, 0], [26, 1, 44, 0], [18, 2, 32, 0], [24, 2, 43, 0], [16, 4, 27, 0],
  [18, 4, 31, 0], [22, 2, 38, 2], [22, 3, 36, 2], [26, 4, 43, 1], [30, 1, 50, 4], [22, 6, 36, 2], [22, 8, 37, 1],
  [24, 4, 40, 5], [24, 5, 41, 5]];
var ALIGNED = [null, [], [6, 18], [6, 22], [6, 26], [6, 30], [6, 34], [6, 22, 38], [6, 24, 42], [6, 26, 46],
  [6, 28, 50], [6, 30, 54], [6, 32, 58], [6, 34, 62], [6, 26, 46, 66], [6, 26, 48, 70]];
var MASKS = [
  function (x, y) { return (x + y) % 2; },
  function (x, y) { return y % 2; },
  function (x, y) { return x % 3; },
  function (x, y) { return (x + y) % 3; },
  function (x, y) { return (Math.floor(y / 2) + Math.floor(x / 3)) % 2; },
  function (x, y) { return (x * y) % 2 + (x * y) % 3; },
  function (x, y) { return ((x * y) % 2 + (x * y) % 3) % 2; },
  function (x, y) { return ((x + y) % 2 + (x * y) % 3) % 2; }
];

function dataBytes(text, version) {
  var shape = BLOCKS[version], room = shape[1] * shape[2] + shape[3] * (shape[2] + 1), bits = [];
  function put(value, width) {
    for (var bit = width - 1; bit >= 0; bit--) bits.push((value >> bit) & 1);
  }
  put(2, 4);
  put(text.length, version < 10 ? 9 : 11);
  for (var at = 0; at < text.length; at += 2) {
    var high = ALPHANUMERIC.indexOf(text.charAt(at));
    if (at + 1 < text.length) put(high * 45 + ALPHANUMERIC.indexOf(text.charAt(at + 1)), 11);
    else put(high, 6);
  }
  if (bits.length > room * 8) return null;
  put(0, Math.min(4, room * 8 - bits.length));
  while (bits.length % 8) bits.push(0);
  var bytes = [];
  for (var start = 0; start < bits.length; start += 8) {
    bytes.push(parseInt(bits.slice(start, start + 8).join(""), 2));
  }
  for (var pad = 0; bytes.length < room; pad++) bytes.push(pad % 2 ? 0x11 : 0xec);
  return bytes;
}

var EXP = [], LOG = [];
for (var power = 0, element = 1; power < 255; power++) {
  EXP[power] = element;
  LOG[element] = power;
  element = element * 2 ^ (element > 127 ? 0x11d : 0);
}

function times(a, b) {
  return a && b ? EXP[(LOG[a] + LOG[b]) % 255] : 0;
}

function checkBytes(data, count) {
  var generator = [1], each, at;
  for (each = 0; each < count; each++) {
    var grown = generator.concat([0]);
    for (at = 0; at < generator.length; at++) grown[at + 1] ^= times(generator[at], EXP[each]);
    generator = grown;
  }
  var rest = data.slice();
  for (at = 0; at < count; at++) rest.push(0);
  for (each = 0; each < data.length; each++) {
    var lead = rest[each];
    for (at = 0; at < generator.length; at++) rest[each + at] ^= times(generator[at], lead);
  }
  return rest.slice(data.length);
}

function interleaved(data, version) {
  var shape = BLOCKS[version], blocks = [], checks = [], at = 0, all = [], place, each;
  for (each = 0; each < shape[1] + shape[3]; each++) {
    var size = shape[2] + (each < shape[1] ? 0 : 1);
    blocks.push(data.slice(at, at + size));
    checks.push(checkBytes(blocks[each], shape[0]));
    at += size;
  }
  for (place = 0; place <= shape[2]; place++) {
    for (each = 0; each < blocks.length; each++) if (place < blocks[each].length) all.push(blocks[each][place]);
  }
  for (place = 0; place < shape[0]; place++) {
    for (each = 0; each < blocks.length; each++) all.push(checks[each][place]);
  }
  return all;
}

function withCheckBits(value, width, generator, generatorWidth) {
  var rest = value << generatorWidth;
  for (var bit = width - 1; bit >= 0; bit--) {
    if (rest >> (bit + generatorWidth) & 1) rest ^= generator << bit;
  }
  return value << generatorWidth | rest;
}

function frame(version) {
  var size = 17 + 4 * version, dark = [], fixed = [], x, y;
  for (y = 0; y < size; y++) {
    dark.push([]);
    fixed.push([]);
    for (x = 0; x < size; x++) {
      dark[y].push(0);
      fixed[y].push(0);
    }
  }
  function put(column, row, value) {
    if (column < 0 || row < 0 || column >= size || row >= size) return;
    dark[row][column] = value ? 1 : 0;
    fixed[row][column] = 1;
  }
  function square(column, row, rings) {
    for (var down = -rings; down <= rings; down++) {
      for (var right = -rings; right <= rings; right++) {
        var ring = Math.max(Math.abs(down), Math.abs(right));
        put(column + right, row + down, rings === 4 ? ring !== 2 && ring !== 4 : ring !== 1);
      }
    }
  }
  for (x = 0; x < size; x++) {
    put(x, 6, x % 2 === 0);
    put(6, x, x % 2 === 0);
  }
  square(3, 3, 4);
  square(size - 4, 3, 4);
  square(3, size - 4, 4);
  var centres = ALIGNED[version], last = centres.length - 1;
  for (y = 0; y <= last; y++) {
    for (x = 0; x <= last; x++) {
      var corner = (x === 0 && y === 0) || (x === 0 && y === last) || (x === last && y === 0);
      if (!corner) square(centres[x], centres[y], 2);
    }
  }
  if (version > 6) {
    var told = withCheckBits(version, 6, 0x1f25, 12);
    for (x = 0; x < 18; x++) {
      put(Math.floor(x / 3), size - 11 + x % 3, told >> x & 1);
      put(size - 11 + x % 3, Math.floor(x / 3), told >> x & 1);
    }
  }
  return { size: size, dark: dark, fixed: fixed, put: put };
}

function putFormat(made, mask) {
  var told = withCheckBits(mask, 5, 0x537, 10) ^ 0x5412, size = made.size, bit;
  function is(place) {
    return told >> place & 1;
  }
  for (bit = 0; bit < 6; bit++) made.put(8, bit, is(bit));
  made.put(8, 7, is(6));
  made.put(8, 8, is(7));
  made.put(7, 8, is(8));
  for (bit = 9; bit < 15; bit++) made.put(14 - bit, 8, is(bit));
  for (bit = 0; bit < 8; bit++) made.put(size - 1 - bit, 8, is(bit));
  for (bit = 8; bit < 15; bit++) made.put(8, size - 15 + bit, is(bit));
  made.put(8, size - 8, 1);
}

function fill(made, bytes) {
  var at = 0, up = true, size = made.size;
  for (var right = size - 1; right > 0; right -= 2) {
    if (right === 6) right = 5;
    for (var step = 0; step < size; step++) {
      var y = up ? size - 1 - step : step;
      for (var x = right; x > right - 2; x--) {
        if (made.fixed[y][x]) continue;
        made.dark[y][x] = at < bytes.length * 8 ? bytes[at >> 3] >> (7 - at % 8) & 1 : 0;
        at++;
      }
    }
    up = !up;
  }
}

function masked(made, mask) {
  return made.dark.map(function (row, y) {
    return row.map(function (value, x) {
      return made.fixed[y][x] || MASKS[mask](x, y) !== 0 ? value : 1 - value;
    });
  });
}

function penalty(rows) {
  var size = rows.length, sum = 0, dark = 0, x, y;
  function runs(at) {
    for (var line = 0; line < size; line++) {
      var text = "", length = 0, before = -1;
      for (var place = 0; place < size; place++) {
        var value = at(line, place);
        text += value;
        length = value === before ? length + 1 : 1;
        before = value;
        if (length === 5) sum += 3;
        else if (length > 5) sum += 1;
      }
      for (var from = 0; from + 11 <= size; from++) {
        var some = text.substr(from, 11);
        if (some === "10111010000" || some === "00001011101") sum += 40;
      }
    }
  }
  runs(function (line, place) { return rows[line][place]; });
  runs(function (line, place) { return rows[place][line]; });
  for (y = 0; y < size; y++) {
    for (x = 0; x < size; x++) {
      dark += rows[y][x];
      if (x && y && rows[y][x] === rows[y - 1][x] && rows[y][x] === rows[y][x - 1] && rows[y][x] === rows[y - 1][x - 1]) {
        sum += 3;
      }
    }
  }
  return sum + 10 * Math.floor(Math.abs(dark * 20 - size * size * 10) / (size * size));
}

/* The code as rows of 0 and 1, without the quiet zone. */
function qrCode(text) {
  for (var version = 1; version < BLOCKS.length; version++) {
    var data = dataBytes(text, version);
    if (data === null) continue;
    var bytes = interleaved(data, version), best = null, least = Infinity;
    for (var mask = 0; mask < 8; mask++) {
      var made = frame(version);
      putFormat(made, mask);
      fill(made, bytes);
      var rows = masked(made, mask), cost = penalty(rows);
      if (cost < least) {
        best = rows;
        least = cost;
      }
    }
    return best;
  }
  throw new Error("too long for a code");
}

function pathOf(rows) {
  var path = "";
  rows.forEach(function (row, y) {
    for (var x = 0; x < row.length; x++) {
      if (!row[x]) continue;
      var end = x;
      while (end < row.length && row[end]) end++;
      path += "M" + (x + 4) + " " + (y + 4) + "h" + (end - x) + "v1h-" + (end - x) + "z";
      x = end;
    }
  });
  return path;
}

/* ---- the page ---- */

function show() {
  var page = document.getElementById("ticket"), fragment = window.location.hash.slice(1), ticket;
  try {
    ticket = readTicket(fragment);
  } catch (error) {
    page.hidden = true;
    document.getElementById("nothing").hidden = false;
    return;
  }
  var stops = JSON.parse(page.getAttribute("data-stops"));
  function say(id, text) {
    document.getElementById(id).textContent = text;
  }
  function stop(id) {
    return stops[id] ? stops[id][0] + "  " + stops[id][1] : String(id);
  }
  say("from", stop(ticket.from));
  say("to", stop(ticket.to));
  say("date", ticket.date);
  say("trip", ticket.trip);
  say("seat", ticket.seat === null ? "不对号  any" : String(ticket.seat));
  say("fare", "¥" + (ticket.fen / 100).toFixed(2));
  say("number", ticket.number.replace(/(.{4})(?=.)/g, "$1 "));
  say("children", String(ticket.children));
  document.getElementById("with-children").hidden = !ticket.children;
  var rows = qrCode(ticket.code), code = document.getElementById("code"), side = rows.length + 8;
  code.setAttribute("viewBox", "0 0 " + side + " " + side);
  document.getElementById("modules").setAttribute("d", pathOf(rows));
  document.getElementById("nothing").hidden = true;
  page.hidden = false;
}

if (typeof document !== "undefined") {
  window.addEventListener("hashchange", show);
  show();
}
