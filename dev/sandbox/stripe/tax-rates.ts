/** The taxes that the sandbox knows: by country, and by state in the US and Canada. It is registered everywhere. */
import type Stripe from 'stripe';

export type TaxType = Stripe.Tax.CalculationLineItem.TaxBreakdown.TaxRateDetails.TaxType;

/** Percentages are kept in ten-thousandths of a percent: 8.25 % is 82,500. */
export interface SandboxTax {
  readonly type: TaxType;
  readonly name: string;
  readonly level: 'country' | 'state';
  readonly rate: number;
}

const PERCENT = 10_000;

const VAT = {
  ...{
    AT: 20,
    BE: 21,
    BG: 20,
    CY: 19,
    CZ: 21,
    DE: 19,
    DK: 25,
    EE: 24,
    ES: 21,
    FI: 25.5,
    FR: 20,
    GR: 24,
    HR: 25,
    HU: 27,
  },
  ...{ IE: 23, IT: 22, LT: 21, LU: 17, LV: 21, MT: 18, NL: 21, PL: 23, PT: 23, RO: 21, SE: 25, SI: 22, SK: 23 },
  ...{ GB: 20, CH: 8.1, NO: 25, IS: 24, ZA: 15, MX: 16, KR: 10, TR: 20, AE: 5, SA: 15 },
};
const GST = { AU: 10, NZ: 15, IN: 18, SG: 9 };
const JCT = { JP: 10 };

const US_STATES = { CA: 7.25, FL: 6, IL: 6.25, MA: 6.25, NJ: 6.625, NY: 4, PA: 6, TX: 6.25, WA: 6.5 };
const US_UNTAXED = ['AK', 'DE', 'MT', 'NH', 'OR'];

const HST = { NB: 15, NL: 15, NS: 14, ON: 13, PE: 15 };
const PST = { BC: 7, MB: 7, SK: 6 };
const QST = { QC: 9.975 };

/** Null: Stripe Tax doesn't go there. An empty list: nothing is taxed. */
export function taxesOf(country: string, state: string | null): readonly SandboxTax[] | null {
  if (country === 'US') return inTheUs(state ?? '');
  if (country === 'CA') return inCanada(state ?? '');
  return one(VAT, country, 'vat', 'VAT') ?? one(GST, country, 'gst', 'GST') ?? one(JCT, country, 'jct', 'JCT');
}

export const EU = new Set(Object.keys(VAT).slice(0, 27));

function inTheUs(state: string): readonly SandboxTax[] | null {
  if (US_UNTAXED.includes(state)) return [];
  return one(US_STATES, state, 'sales_tax', 'Sales Tax', 'state');
}

function inCanada(province: string): readonly SandboxTax[] {
  const harmonized = one(HST, province, 'hst', 'HST');
  if (harmonized !== null) return harmonized;
  const own = one(PST, province, 'pst', 'PST', 'state') ?? one(QST, province, 'qst', 'QST', 'state') ?? [];
  return [{ type: 'gst', name: 'GST', level: 'country', rate: 5 * PERCENT }, ...own];
}

function one(
  table: Readonly<Record<string, number>>,
  key: string,
  type: TaxType,
  name: string,
  level: SandboxTax['level'] = 'country',
): readonly SandboxTax[] | null {
  const percent = table[key];
  return percent === undefined ? null : [{ type, name, level, rate: Math.round(percent * PERCENT) }];
}
