/** The types of benefits; a new one is a file and a line here. */
import { custom } from './custom.ts';
import { licenseKeys } from './license-keys.ts';

export const BENEFIT_SHAPES = [custom, licenseKeys] as const;

export type BenefitTypeName = (typeof BENEFIT_SHAPES)[number]['type'];
