/** What the shapes of one type of benefit are made of; each type is one file beside this one. */
import type { z } from 'zod';

export interface BenefitShapes {
  readonly type: string;
  /** What exactly it gives, as the merchant reads it. */
  readonly properties: z.ZodType;
  /** The same as the merchant writes it, defaults left out. */
  readonly propertiesInput: z.ZodType;
  /** The same as its holder reads it. */
  readonly holdersProperties: z.ZodType;
  /** What one holder got. */
  readonly grantProperties: z.ZodType;
}
