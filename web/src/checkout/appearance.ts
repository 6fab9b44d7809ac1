/** How the checkout's pages look to this buyer: in the shop's colours of day or night, with their own numbers and dates. */
import { useEffect } from 'react';
import type { Checkout } from '../api/checkouts.ts';
import { readIn } from '../format/locale.ts';

/** Before anything is written: the checkout's locale, and `theme` of the page's address. */
export function useAppearance(checkout: Checkout | undefined): void {
  readIn(checkout?.locale ?? null);
  useEffect(() => {
    const theme = new URLSearchParams(window.location.search).get('theme');
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
  }, []);
}
