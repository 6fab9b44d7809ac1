/** What is asked of events, as a condition on the table of events. */
import Big from 'big.js';
import type { EventPlace, EventQuery, Place } from '../event-store.ts';
import { filterCondition } from './filters.ts';
import { saidUnder } from './metadata.ts';
import type { Parameters } from './parameters.ts';

export function conditionOf(query: EventQuery, parameters: Parameters): string {
  const {
    organization,
    subjects,
    filters,
    from,
    before,
    after,
    receivedFrom,
    names,
    sources,
    holding,
    place,
    metadata,
  } = query;
  const ofOrganization = `organization_id = ${parameters.uuid(organization)}`;
  const parts = [
    ofOrganization,
    subjects && (subjects.length === 0 ? 'false' : `subject in ${parameters.uuids(subjects)}`),
    from && `timestamp >= ${parameters.instant(from.getTime())}`,
    before && `timestamp < ${parameters.instant(before.getTime())}`,
    after && isAfter(after, parameters),
    receivedFrom && `received_at >= ${parameters.instant(receivedFrom.getTime())}`,
    ...(filters ?? []).map((filter) => filterCondition(filter, parameters)),
    names && `name in ${parameters.texts(names)}`,
    sources && `source in ${parameters.texts(sources)}`,
    holding === undefined ? undefined : holdingText(holding, parameters),
    place && placed(ofOrganization, place, parameters),
    ...Object.entries(metadata ?? {}).map(([key, values]) => carrying(key, values, parameters)),
  ];
  return parts
    .filter((part) => part !== undefined)
    .map((part) => `(${part})`)
    .join(' and ');
}

/** UUIDs in the order of their text. */
export function isAfter({ timestamp, id }: EventPlace, parameters: Parameters): string {
  const instant = parameters.instant(timestamp);
  return `timestamp >= ${instant} and (timestamp, UUIDToNum(id)) > (${instant}, UUIDToNum(${parameters.uuid(id)}))`;
}

function holdingText(words: string, parameters: Parameters): string {
  const sought = parameters.text(words);
  return ['name', 'metadata'].map((column) => `positionCaseInsensitiveUTF8(${column}, ${sought}) > 0`).join(' or ');
}

/** Down to a depth is what is the root, or whose parent is down to one less. */
function placed(ofOrganization: string, place: Place, parameters: Parameters): string {
  if ('parent' in place) return `parent_id = ${parameters.uuid(place.parent)}`;
  const { root, depth } = place;
  const isRoot = root === null ? 'parent_id is null' : `id = ${parameters.uuid(root)}`;
  let condition = isRoot;
  for (let below = 0; below < depth; below += 1) {
    condition = `${isRoot} or parent_id in (select id from events where ${ofOrganization} and (${condition}))`;
  }
  return condition;
}

/** Values are given as text: a number is meant by the digits that it is written with. */
function carrying(key: string, values: readonly string[], parameters: Parameters): string {
  const { isText, isNumber, text, number, raw } = saidUnder(key, parameters);
  const numbers = values.filter(isWrittenAsNumber).map(Number);
  const literals = values.filter((value) => value === 'true' || value === 'false');
  return [
    `${isText} and ${text} in ${parameters.texts(values)}`,
    ...(numbers.length > 0 ? [`${isNumber} and ${number} in ${parameters.numbers(numbers)}`] : []),
    ...(literals.length > 0 ? [`${raw} in ${parameters.texts(literals)}`] : []),
  ].join(' or ');
}

function isWrittenAsNumber(value: string): boolean {
  if (!/^-?[0-9]+(\.[0-9]+)?$/.test(value)) return false;
  const number = Number(value);
  return Number.isFinite(number) && new Big(number).toFixed() === value;
}
