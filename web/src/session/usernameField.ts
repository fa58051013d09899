/** What every field for a username has in common: no phone should improve what is typed. */
export const usernameField = {
  label: 'Username',
  name: 'username',
  autoCapitalize: 'none',
  spellCheck: false,
  autoFocus: true,
  required: true,
} as const;
