/** The types of benefits; a new one is a file and a line here. */
import { custom } from './custom.ts';
import { licenseKeys } from './license-keys.ts';
import { meterCredit } from './meter-credit.ts';

export const BENEFIT_SHAPES = [custom, licenseKeys, meterCredit] as const;
