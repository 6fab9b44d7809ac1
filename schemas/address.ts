/** Postal addresses; only the country is always known. */
import { z } from 'zod';
import { optionalLine } from './primitives.ts';

/** ISO 3166-1 alpha-2. */
export const COUNTRIES = `
  AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ
  CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO
  FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE
  JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO
  MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW
  PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM
  TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW`
  .trim()
  .split(/\s+/);

/** Where nothing may be sold to, by sanctions. */
const NOT_SERVED = new Set(['CU', 'IR', 'KP', 'RU', 'SY']);

export const Country = z.enum(COUNTRIES).meta({ id: 'Country', description: 'ISO 3166-1 alpha-2.' });
export type Country = z.infer<typeof Country>;

/** A country that customers may buy from. */
export const CountryInput = z.enum(COUNTRIES.filter((country) => !NOT_SERVED.has(country))).meta({
  id: 'CountryInput',
  description: 'ISO 3166-1 alpha-2, of the countries that may be sold to.',
});
export type CountryInput = z.infer<typeof CountryInput>;

const line = z.string().nullable().optional();

export const Address = z
  .object({ line1: line, line2: line, postal_code: line, city: line, state: line, country: Country })
  .meta({ id: 'Address' });
export type Address = z.infer<typeof Address>;

const lineInput = optionalLine(256);

export const AddressInput = z
  .object({
    line1: lineInput,
    line2: lineInput,
    postal_code: lineInput,
    city: lineInput,
    state: lineInput.describe('In the US and Canada `US-NY` or `NY`, elsewhere as it is written.'),
    country: CountryInput,
  })
  .meta({ id: 'AddressInput' });
export type AddressInput = z.infer<typeof AddressInput>;
