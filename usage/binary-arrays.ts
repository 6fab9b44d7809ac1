/**
 * Arrays as Postgres takes them in binary: nothing is quoted here and parsed there, which for a thousand events is much
 * of the work. Null where no element is anything: `unnest` fills up with nulls.
 */

/** Of dimensions, whether there are nulls, the elements' type, their number, the first index. */
const HEADER = 20;
const NULL = -1;

const UUID = 2950;
const TEXT = 25;
const JSONB = 3802;
const TIMESTAMPTZ = 1184;
const INT4 = 23;

/** Postgres counts from 2000 on, in microseconds. */
const EPOCH_MS = Date.UTC(2000, 0, 1);

export function uuids(values: readonly (string | null)[]): Buffer | null {
  return fixed(UUID, 16, values, putUuid);
}

export function integers(values: readonly (number | null)[]): Buffer | null {
  return fixed(INT4, 4, values, (array, value, at) => array.writeInt32BE(value, at));
}

/** Of ms since 1970; exact until 2285. */
export function instants(values: readonly number[]): Buffer | null {
  return fixed(TIMESTAMPTZ, 8, values, (array, value, at) => {
    const microseconds = (value - EPOCH_MS) * 1000;
    array.writeInt32BE(Math.floor(microseconds / 0x1_0000_0000), at);
    array.writeUInt32BE(((microseconds % 0x1_0000_0000) + 0x1_0000_0000) % 0x1_0000_0000, at + 4);
  });
}

export const texts = (values: readonly (string | null)[]): Buffer | null => varying(TEXT, '', values);

/** Of JSON in text; Postgres wants its version of the form first. */
export const jsons = (values: readonly string[]): Buffer | null => varying(JSONB, '\u0001', values);

function header(type: number, count: number, bytes: number): Buffer {
  const array = Buffer.allocUnsafe(HEADER + bytes);
  array.writeInt32BE(1, 0);
  array.writeInt32BE(1, 4);
  array.writeInt32BE(type, 8);
  array.writeInt32BE(count, 12);
  array.writeInt32BE(1, 16);
  return array;
}

function fixed<T>(
  type: number,
  size: number,
  values: readonly (T | null)[],
  put: (array: Buffer, value: T, at: number) => void,
): Buffer | null {
  if (values.every((value) => value === null)) return null;
  const array = header(type, values.length, values.length * (4 + size));
  let at = HEADER;
  for (const value of values) {
    array.writeInt32BE(value === null ? NULL : size, at);
    at += 4;
    if (value === null) continue;
    put(array, value, at);
    at += size;
  }
  return array.subarray(0, at);
}

function varying(type: number, prefix: string, values: readonly (string | null)[]): Buffer | null {
  if (values.every((value) => value === null)) return null;
  const characters = values.reduce((sum, value) => sum + (value === null ? 0 : value.length), 0);
  const array = header(type, values.length, values.length * (4 + prefix.length) + characters * MOST_BYTES);
  let at = HEADER;
  for (const value of values) {
    const end = value === null ? at + 4 : putText(array, value, putText(array, prefix, at + 4));
    array.writeInt32BE(value === null ? NULL : end - at - 4, at);
    at = end;
  }
  return array.subarray(0, at);
}

/** Of a UTF-16 unit in UTF-8. */
const MOST_BYTES = 3;
/** Longer text is written faster by what is slow to be called. */
const SHORT = 100;

/** Where it ends. */
function putText(array: Buffer, text: string, at: number): number {
  if (text.length > SHORT) return at + array.write(text, at);
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) return at + array.write(text, at);
    array[at + i] = code;
  }
  return at + text.length;
}

const DIGITS = Array.from({ length: 128 }, (_, code) => Number.parseInt(String.fromCharCode(code), 16));

/** Its dashes stand after 4, 6, 8 and 10 bytes. */
function putUuid(array: Buffer, uuid: string, at: number): void {
  let i = 0;
  for (let byte = 0; byte < 16; byte += 1) {
    if (byte === 4 || byte === 6 || byte === 8 || byte === 10) i += 1;
    array[at + byte] = ((DIGITS[uuid.charCodeAt(i)] ?? 0) << 4) | (DIGITS[uuid.charCodeAt(i + 1)] ?? 0);
    i += 2;
  }
}
