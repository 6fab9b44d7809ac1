/** A customer's new e-mail address, and the way into their portal by the one that they have. */
import { z } from 'zod';
import { EmailInput } from './primitives.ts';

export const PortalLinkRequest = z
  .object({ organization_slug: z.string().min(1).max(64), email: EmailInput })
  .meta({ id: 'CustomerPortalLinkRequest' });
export type PortalLinkRequest = z.infer<typeof PortalLinkRequest>;

const Token = z.string().max(256);

export const CustomerEmailUpdateRequest = z.object({ email: EmailInput }).meta({ id: 'CustomerEmailUpdateRequest' });
export type CustomerEmailUpdateRequest = z.infer<typeof CustomerEmailUpdateRequest>;

export const CustomerEmailUpdateCheck = z.object({ token: Token });
export type CustomerEmailUpdateCheck = z.infer<typeof CustomerEmailUpdateCheck>;

export const CustomerEmailUpdateVerifyRequest = z
  .object({ token: Token })
  .meta({ id: 'CustomerEmailUpdateVerifyRequest' });
export type CustomerEmailUpdateVerifyRequest = z.infer<typeof CustomerEmailUpdateVerifyRequest>;

export const CustomerEmailUpdateVerifyResponse = z
  .object({ token: z.string().describe('A customer session’s.') })
  .meta({ id: 'CustomerEmailUpdateVerifyResponse' });
export type CustomerEmailUpdateVerifyResponse = z.infer<typeof CustomerEmailUpdateVerifyResponse>;
