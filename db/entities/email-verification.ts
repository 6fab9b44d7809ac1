import { defineEntity, p } from '@mikro-orm/core';
import { instant } from './columns.ts';
import { Email } from './email.ts';

/**
 * A link that went out with an e-mail to a customer's new address; whoever has it reads the mail of that address. Only
 * the SHA-256 of its token is kept. Of a customer's requests the newest counts.
 */
export const EmailVerification = defineEntity({
  name: 'EmailVerification',
  tableName: 'email_verifications',
  properties: {
    id: p.uuid().primary(),
    email: () => p.manyToOne(Email).deleteRule('cascade'),
    tokenHash: p.string().length(64).unique(),
    expiresAt: instant(),
  },
  indexes: [{ properties: ['email'] }],
});
