// @vitest-environment jsdom
import { cleanup, render } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { MessageBody } from './MessageBody';

afterEach(cleanup);

const shown = (body: string) => render(<MessageBody body={body} />).container;

test.each([
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '<a href="javascript:alert(1)">x</a>',
  '<iframe src="https://example.org"></iframe>',
  '<style>body{display:none}</style>',
  '![picture](https://example.org/pixel.png)',
])('%j makes no element of its kind', (body) => {
  expect(shown(body).querySelector('script, img, iframe, style, [onerror], [href^="javascript"]')).toBeNull();
});

test.each(['[x](javascript:alert(1))', '[x](data:text/html,x)', '[x](JaVaScRiPt:alert(1))'])(
  '%j leads nowhere',
  (body) => {
    expect(shown(body).querySelector('a')?.getAttribute('href') ?? '').toBe('');
  },
);

test('links open apart and tell nothing about this page', () => {
  const link = shown('https://example.org/').querySelector('a');
  expect(link?.getAttribute('rel')).toBe('noopener noreferrer nofollow');
  expect(link?.getAttribute('target')).toBe('_blank');
});

test('each paragraph finds its own direction', () => {
  const paragraphs = shown('Hello\n\nשלום').querySelectorAll('p');
  expect([...paragraphs].map((p) => p.dir)).toEqual(['auto', 'auto']);
});

test('single line breaks are kept', () => {
  expect(shown('one\ntwo').querySelector('br')).not.toBeNull();
});

test('a few emoji alone are large', () => {
  expect(shown('🎉 👨‍👩‍👧').firstElementChild?.className).toContain('jumbo');
  expect(shown('🎉 done').firstElementChild?.className).not.toContain('jumbo');
});

test.each([
  ['quotes', '>'.repeat(16_000)],
  ['lists', '- '.repeat(8_000)],
  ['numbers', '1. '.repeat(5_000)],
  ['brackets', ']'.repeat(16_000)],
  ['emphasis', '*_'.repeat(8_000)],
])('a message of endless %s is shown as it was written', (_, body) => {
  const { firstElementChild } = shown(body);
  expect(firstElementChild?.textContent).toBe(body);
  expect(firstElementChild?.querySelectorAll('*')).toHaveLength(1);
});

test('a long text with quotes, lists and code is still Markdown', () => {
  const part = '> quoted\n\n- one\n  - two\n\n```\nlet a = [b * c, d_e];\n```\n\n';
  const { firstElementChild } = shown(part.repeat(200));
  expect(firstElementChild?.querySelectorAll('blockquote')).toHaveLength(200);
});
