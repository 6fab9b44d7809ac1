/** Sends one e-mail; a mail server that is away for longer than a day ends the attempt. */
import { proxyActivities } from '@temporalio/workflow';
import type { emailActivities } from '../activities/email/index.ts';

const { sendEmail } = proxyActivities<ReturnType<typeof emailActivities>>({
  startToCloseTimeout: '60 s',
  scheduleToCloseTimeout: '24 h',
  retry: { initialInterval: '5 s', backoffCoefficient: 2, maximumInterval: '30 min' },
});

export async function email(start: { readonly emailId: string }): Promise<void> {
  await sendEmail(start);
}
