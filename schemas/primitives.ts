/** Small shapes that mean the same everywhere. */
import { z } from 'zod';

/** The largest amount that is taken, as billing/money.ts has it: 999,999.99 of a currency with cents. */
const LARGEST_AMOUNT = 99_999_999;
/** What fits into a 32-bit column. */
const INT4 = 2_147_483_647;

export const Id = z.uuid();

/** An instant on output: ISO 8601, UTC. */
export const Instant = z.iso.datetime();

/** What every stored thing has on output. */
export const identified = {
  id: Id,
  created_at: Instant,
  modified_at: Instant.nullable(),
};

const OFFSET = /(Z|[+-]\d{2}:?\d{2})$/i;

/**
 * An instant on input: ISO 8601, UTC where no offset is given, in years that every part of the system can hold. Parses
 * to a `Date`.
 */
export const InstantInput = z.iso
  .datetime({ offset: true, local: true })
  .meta({ format: 'date-time' })
  .transform((text) => new Date(OFFSET.test(text) ? text : `${text}Z`))
  .refine((date) => date.getUTCFullYear() >= 1970 && date.getUTCFullYear() <= 9000, 'Out of range');

/** An amount in minor units, as it is sent to us. */
export const minorUnits = z.int().min(0).max(LARGEST_AMOUNT);

/** A count, as it is sent to us. */
export const count = (least = 0, most = INT4) => z.int().min(least).max(most);

function blankToNull(text: string): string | null {
  return text.trim() === '' ? null : text;
}

const trimmed = (value: unknown) => (typeof value === 'string' ? value.trim() : value);

/** A line of text, as it is sent to us; blanks around it don't count. */
export const line = (most: number, least = 1) => z.string().trim().min(least).max(most);

/** A line that may be left out; forms send it empty, which is the same as null. */
export const optionalLine = (most: number) => z.string().trim().max(most).transform(blankToNull).nullable().optional();

/** Text of several lines, as it is sent to us. */
export const prose = z.string().max(10_000);
export const optionalProse = prose.transform(blankToNull).nullable().optional();

/** What there is nothing of here; told, it would change what happens, so it is refused rather than overlooked. */
export const unsupported = z.null('Not supported yet').optional();
export const unsupportedList = z.array(z.unknown()).max(0, 'Not supported yet').nullable().optional();

export const EmailInput = z.preprocess(trimmed, z.email().max(254));

/** A web address that browsers or we will go to. */
export const UrlInput = z.preprocess(trimmed, z.url({ protocol: /^https?$/ }).max(2083));

export const IpAddressInput = z.union([z.ipv4(), z.ipv6()]);

/** A language, as in `en`, `fr-CA` or `fr_CA`; the last is kept as the second, which browsers understand. */
export const LocaleInput = z
  .string()
  .regex(/^[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8}){0,4}$/, 'Not a language tag')
  .transform((tag) => tag.replaceAll('_', '-'));

/** The organization of a new thing: the token already names it, so that it may only repeat it. */
export const organizationIdInput = Id.nullable().optional().describe('May be left out: the token names it.');

/** What a customer filled into the merchant's own fields. */
export const CustomFieldData = z.record(z.string(), z.union([z.string(), z.int(), z.boolean(), z.null()]));
export const CustomFieldDataInput = z
  .record(z.string().min(1).max(64), z.union([prose, z.int(), z.boolean(), z.null()]))
  .refine((data) => Object.keys(data).length <= 50, 'At most 50 fields');

/** A list that is always empty: the peer has these things, we don't yet. */
export const emptyList = z.array(z.unknown()).max(0);
