/** `npm run invariants`: whether books, orders, subscriptions, grants and processor of a running shop agree. */
import { callerOf, runningStart } from './api-client.ts';
import { printInvariants } from './print-invariants.ts';

const { PERENNIAL_API: api, PERENNIAL_TOKEN: token } = process.env;
const started = api === undefined ? await runningStart() : null;
if (api === undefined && started === null) {
  process.stderr.write('Nothing runs here: run `npm start`, or set PERENNIAL_API and PERENNIAL_TOKEN.\n');
  process.exit(1);
}
const call = callerOf(api ?? started?.api ?? '', token ?? started?.token ?? '');
const findings = await call('GET', '/v1/invariants');
printInvariants(findings);
process.exitCode = findings.ok ? 0 : 1;
