/** Debian's Chromium, driven over its debugging protocol. */
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const EXECUTABLE = '/usr/bin/chromium';

/** `describe` where there is a browser; elsewhere the tests are skipped, and say why. */
export function describeInBrowser(name: string, tests: () => void): void {
  if (existsSync(EXECUTABLE)) {
    describe(name, tests);
    return;
  }
  console.warn(`Skipped "${name}": there is no ${EXECUTABLE}. On Debian: apt-get install chromium.`);
  describe.skip(name, tests);
}

export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: EXECUTABLE,
    args: [
      // Containers run as root, without the kernel features that the browser's own sandbox wants.
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--disable-background-networking',
      '--disable-component-update',
      '--no-first-run',
    ],
  });
}
