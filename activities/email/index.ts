/** Sends e-mails to customers, and writes those that no other process gives cause to. */
import { Context } from '@temporalio/activity';
import { createTransport } from 'nodemailer';
import type { Dependencies } from '../dependencies.ts';
import { remindOfCards } from './cards.ts';
import { type Mailing, sendEmail } from './send.ts';

const PATIENCE = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 20_000 };

export function emailActivities(deps: Dependencies) {
  const { SMTP_URL: url } = deps.environment;
  const mailing: Mailing = { ...deps, transport: url === undefined ? null : createTransport({ url, ...PATIENCE }) };
  return {
    sendEmail: (input: Parameters<typeof sendEmail>[1]) => sendEmail(mailing, input),
    remindOfExpiringCards({ at }: { readonly at: number }): Promise<void> {
      const { heartbeat } = Context.current();
      return remindOfCards(deps, { from: at, to: at, clockId: null }, () => heartbeat());
    },
  };
}
