/** The present, as a customer lives it: a test clock's time where they are on one. `at` is the machine's. */
interface OnClock {
  readonly testClock?: { readonly frozenTime: Date } | null;
}

export const nowOf = (customer: OnClock, at: Date): Date => customer.testClock?.frozenTime ?? at;
