import { expect, test } from 'vitest';
import { byteLength, cleanBody } from './body';
import { plainText } from './plainText';

test('a body is sent as written, but for blank ends and invisible control characters', () => {
  expect(cleanBody('  indented\n\tcode\n\n')).toBe('  indented\n\tcode');
  expect(cleanBody('a\r\nb\rc')).toBe('a\nb\nc');
  expect(cleanBody('a\u0000\u001b[31mb\u007f')).toBe('a[31mb');
  expect(cleanBody('\n \n\t\n')).toBe('');
  expect(cleanBody('   ')).toBe('');
  const family = '👨‍👩‍👧‍👦 e\u0301 שלום';
  expect(cleanBody(family)).toBe(family);
});

test('the limit counts bytes, not characters', () => {
  expect(byteLength('é')).toBe(2);
  expect(byteLength('👍')).toBe(4);
});

test.each([
  ['**bold** and `code`', 'bold and code'],
  ['> quoted\n\nanswer', 'quoted answer'],
  ['# Title\n- one\n- two', 'Title one two'],
  ['[a link](https://example.org) and ![a picture](x.png)', 'a link and a picture'],
  ['2 * 3 * 4 > 5', '2 * 3 * 4 > 5'],
  ['snake_case_name', 'snake_case_name'],
])('the beginning of %j in a list is %j', (body, plain) => {
  expect(plainText(body)).toBe(plain);
});
