/** Sends e-mails to customers. */
import { createTransport } from 'nodemailer';
import type { Dependencies } from '../dependencies.ts';
import { type Mailing, sendEmail } from './send.ts';

const PATIENCE = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 20_000 };

export function emailActivities(deps: Dependencies) {
  const { SMTP_URL: url } = deps.environment;
  const mailing: Mailing = { ...deps, transport: url === undefined ? null : createTransport({ url, ...PATIENCE }) };
  return { sendEmail: (input: Parameters<typeof sendEmail>[1]) => sendEmail(mailing, input) };
}
