/**
 * Rates that the table of the package lags behind in, as of January 2026: general rates of the states of the US (base
 * rates, without counties and cities, but with what is levied alike in the whole state), and a few countries.
 */
import type { RateEntry } from './rates.ts';

/** Percent. */
const US_STATES: Readonly<Record<string, number>> = {
  AL: 4,
  AR: 6.5,
  AZ: 5.6,
  CA: 7.25,
  CO: 2.9,
  CT: 6.35,
  DC: 6,
  FL: 6,
  GA: 4,
  HI: 4,
  IA: 6,
  ID: 6,
  IL: 6.25,
  IN: 7,
  KS: 6.5,
  KY: 6,
  LA: 5,
  MA: 6.25,
  MD: 6,
  ME: 5.5,
  MI: 6,
  MN: 6.875,
  MO: 4.225,
  MS: 7,
  NC: 4.75,
  ND: 5,
  NE: 5.5,
  NJ: 6.625,
  NM: 4.875,
  NV: 6.85,
  NY: 4,
  OH: 5.75,
  OK: 4.5,
  PA: 6,
  PR: 11.5,
  RI: 7,
  SC: 6,
  SD: 4.2,
  TN: 7,
  TX: 6.25,
  UT: 6.1,
  VA: 5.3,
  VT: 6,
  WA: 6.5,
  WI: 5,
  WV: 6,
  WY: 4,
};

const asShare = (percent: number) => Math.round(percent * 10_000) / 1_000_000;

export const CORRECTIONS: Readonly<Record<string, RateEntry>> = {
  KZ: { type: 'vat', rate: 0.16, before: { '2025-12-31T19:00:00.000Z': { type: 'vat', rate: 0.12 } } },
  LI: { type: 'vat', rate: 0.081 },
  LK: { type: 'vat', rate: 0.18 },
  MY: { type: 'service_tax', rate: 0.08 },
  TH: { type: 'vat', rate: 0.07 },
  US: {
    type: 'none',
    rate: 0,
    states: Object.fromEntries(
      Object.entries(US_STATES).map(([state, percent]) => [state, { type: 'sales_tax', rate: asShare(percent) }]),
    ),
  },
};
