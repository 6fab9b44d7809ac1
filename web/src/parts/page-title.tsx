/** The heading of a page: names the browser tab, and takes the focus when the page has changed under the reader. */
import { type ReactNode, useEffect, useRef } from 'react';

let isFirstPage = true;

export function PageTitle({ tab, children }: { tab: string; children: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = tab;
  }, [tab]);
  useEffect(() => {
    // On arrival the browser has put the reader at the top already; a focus then would only get in the way.
    if (!isFirstPage) heading.current?.focus();
    isFirstPage = false;
  }, []);
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children}
    </h1>
  );
}
