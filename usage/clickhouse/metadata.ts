/** What an event's metadata say under a key, as `valueAt` of billing/event-filters.ts finds it. */
import { pathOf } from '../../billing/event-filters.ts';
import type { Parameters } from './parameters.ts';

export interface Said {
  /** Conditions on its type; neither holds of lists, of what is nested, and of nothing. */
  readonly isText: string;
  readonly isNumber: string;
  /** What it is then. */
  readonly text: string;
  readonly number: string;
  /** As it stands there: text in quotes, `true`, digits; empty where there is nothing. */
  readonly raw: string;
  /** The same, but numbers never in quotes. */
  readonly literal: string;
}

/** Under a key that is written so, else the way its dots lead. */
export function said(property: string, parameters: Parameters): Said {
  const path = pathOf(property);
  const steps = path.split('.').map(parameters.text).join(', ');
  const direct = parameters.text(path);
  return described((as) =>
    path.includes('.')
      ? `if(JSONHas(metadata, ${direct}), ${as}(metadata, ${direct}), ${as}(metadata, ${steps}))`
      : `${as}(metadata, ${direct})`,
  );
}

/** Under a key alone, whatever dots are in it. */
export const saidUnder = (key: string, parameters: Parameters): Said =>
  described((as) => `${as}(metadata, ${parameters.text(key)})`);

type Extraction = 'JSONExtractRaw' | 'JSONExtractString' | 'JSONExtractFloat';

/**
 * Whole numbers that take more than 64 bits come out as if they were text. They are told from it by there being no such
 * text; where an event has both, of the very same digits, both are taken for text.
 */
function described(extracted: (as: Extraction) => string): Said {
  const raw = extracted('JSONExtractRaw');
  const isLong = `(match(${raw}, '^"-?[0-9]{19,}"$') and position(metadata, ${raw}) = 0)`;
  const isNumber = `(match(${raw}, '^[-0-9]') or ${isLong})`;
  return {
    isText: `(startsWith(${raw}, '"') and not ${isLong})`,
    isNumber,
    text: extracted('JSONExtractString'),
    number: extracted('JSONExtractFloat'),
    raw,
    literal: `if(${isLong}, trimBoth(${raw}, '"'), ${raw})`,
  };
}
