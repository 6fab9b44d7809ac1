/** Something a person must be told: read out at once, and brought into view when it is bad news. */
import { type ReactNode, useEffect, useRef } from 'react';

interface NoticeProps {
  readonly tone: 'danger' | 'warning' | 'good';
  readonly title?: string;
  readonly children?: ReactNode;
}

export function Notice({ tone, title, children }: NoticeProps) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (tone === 'danger') box.current?.scrollIntoView({ block: 'nearest' });
  }, [tone]);
  return (
    <div ref={box} className={`notice notice-${tone}`} role={tone === 'danger' ? 'alert' : 'status'}>
      {title !== undefined && <strong>{title}</strong>}
      {children}
    </div>
  );
}
