/**
 * How e-mails look. Colours stand on the elements, as many programs read nothing else; the sheet is for those that can
 * tell light from dark, and a narrow screen from a wide one.
 */
export const INK = '#1b211d';
export const SOFT = '#565f59';
export const LINE = '#dcdfd8';
export const PAPER = '#f6f6f2';
export const SURFACE = '#ffffff';
export const ACCENT = '#1f6b4a';
export const ON_ACCENT = '#ffffff';
export const TINT = '#e6f0ea';

export const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";

/** Named for what they colour; `!important` because the elements' own styles come first otherwise. */
export const SHEET = `
:root { color-scheme: light dark; supported-color-schemes: light dark; }
a { text-decoration: none; }
@media (max-width: 480px) {
  .frame { padding: 16px 12px 24px !important; }
  .card { padding: 24px 20px !important; }
  .heading { font-size: 21px !important; line-height: 28px !important; }
  .button, .button a { display: block !important; width: auto !important; text-align: center !important; }
  .button-table { width: 100% !important; }
}
@media (prefers-color-scheme: dark) {
  .paper { background-color: #111412 !important; }
  .card { background-color: #191d1a !important; border-color: #303632 !important; }
  .ink { color: #e9ece8 !important; }
  .soft { color: #a7b0a9 !important; }
  .line { border-color: #303632 !important; }
  .button { background-color: #74cda2 !important; }
  .button a { color: #0b1a12 !important; }
  .mark { background-color: #1c2f25 !important; color: #74cda2 !important; }
}
`;
